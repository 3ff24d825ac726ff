/** The pages of Admin, as far as the person may see them. */
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useCan } from '@/shared/session/session'

import { ADMIN_TABS } from '../tabs'
import classes from './AdminTabs.module.css'

export function AdminTabs() {
  const { t } = useTranslation('admin')
  const can = useCan()
  return (
    <nav className={classes.tabs} aria-label={t('title')}>
      {ADMIN_TABS.filter(({ permission }) => can(permission)).map(({ key, to }) => (
        <Link key={key} to={to} className={classes.tab} activeProps={{ 'data-active': true }}>
          {t(`tab.${key}`)}
        </Link>
      ))}
    </nav>
  )
}
