/** Four figures, each a link to the list that it counts. */
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Home } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { Icon, type IconName } from '@/shared/ui/Icon'

import classes from './Figures.module.css'

interface FigureProps {
  icon: IconName
  label: string
  value: number
  look?: 'incident' | 'waiting'
}

function Figure({ icon, label, value, look }: FigureProps) {
  const language = useLanguage()
  return (
    <span className={classes.figure} data-look={value > 0 ? look : undefined}>
      <span className={classes.label}>
        <Icon name={icon} size={14} />
        {label}
      </span>
      <span className={classes.value}>{formatNumber(value, language)}</span>
    </span>
  )
}

export function Figures({ home }: { home: Home }) {
  const { t } = useTranslation('home')
  const can = useCan()
  return (
    <div className={classes.figures}>
      {can('instance.view') && (
        <Link to="/incidents" className={classes.link}>
          <Figure icon="incident" label={t('figures.incidents')} value={home.incidents} look="incident" />
        </Link>
      )}
      {can('task.work') && (
        <Link to="/tasks" search={{ view: 'mine' }} className={classes.link}>
          <Figure icon="tasks" label={t('figures.tasks')} value={home.my_tasks} look="waiting" />
        </Link>
      )}
      {can('instance.view') && (
        <>
          <Link to="/instances" search={{ status: 'active' }} className={classes.link}>
            <Figure icon="running" label={t('figures.open')} value={home.open_instances} />
          </Link>
          <Link to="/instances" search={{ status: 'completed' }} className={classes.link}>
            <Figure icon="done" label={t('figures.finished')} value={home.finished_24h} />
          </Link>
        </>
      )}
    </div>
  )
}
