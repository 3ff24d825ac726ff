/** The one navigation: beside the page when there is room, over it on a phone. */
import { Link, useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'

import { usePages } from './pages'
import classes from './Rail.module.css'

export function Rail({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation('app')
  const pages = usePages()
  const at = useLocation({ select: ({ pathname }) => pathname })
  return (
    <nav className={classes.rail} data-open={isOpen} aria-label={t('navigation')}>
      {pages.map(({ key, to, icon, ...page }) => (
        <Link
          key={key}
          data-active={'also' in page && page.also.some((path) => at.startsWith(path)) ? true : undefined}
          to={to}
          className={classes.entry}
          activeProps={{ 'data-active': true }}
          activeOptions={{ exact: to === '/' }}
          onClick={onClose}
        >
          <Icon name={icon} size={17} />
          {t(`rail.${key}`)}
        </Link>
      ))}
    </nav>
  )
}
