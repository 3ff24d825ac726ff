/** The lists of what runs, one beside the other on each of them. */
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useCan } from '@/shared/session/session'

import classes from './processes.module.css'

const SECTIONS = [
  { to: '/processes', label: 'title' },
  { to: '/instances', label: 'instances.title' },
  { to: '/incidents', label: 'incidents.title' },
  { to: '/batches', label: 'batches.title' },
] as const

export function Sections() {
  const { t } = useTranslation('processes')
  const can = useCan()
  return (
    <nav className={classes.links} aria-label={t('sections')}>
      {SECTIONS.filter(({ to }) => can(to === '/processes' ? 'process.view' : 'instance.view')).map(({ to, label }) => (
        <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'data-active': true }}>
          {t(label)}
        </Link>
      ))}
    </nav>
  )
}
