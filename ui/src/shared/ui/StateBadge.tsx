/** A state with its colour, its sign and its word; colour never stands alone. */
import { useTranslation } from 'react-i18next'

import type { State } from '@/shared/theme/theme'

import { Icon, type IconName } from './Icon'
import classes from './StateBadge.module.css'

/** What the server calls the states of instances, visits, tasks, jobs and imports, and how each looks. */
const LOOK: Record<string, State> = {
  active: 'running', running: 'running', locked: 'running', claimed: 'running',
  open: 'waiting', waiting: 'waiting', available: 'waiting', created: 'waiting',
  completed: 'done', done: 'done', finished: 'done', resolved: 'done',
  failed: 'incident', incident: 'incident',
  cancelled: 'cancelled', terminated: 'cancelled', disabled: 'cancelled', revoked: 'cancelled',
  suspended: 'cancelled', paused: 'cancelled', kept: 'cancelled', pending: 'waiting', skipped: 'cancelled',
  migrates: 'done', waits: 'waiting', cannot: 'incident', stuck: 'incident',
}

/** States with a sign of their own. */
const SIGN: Record<string, IconName> = { suspended: 'pause', paused: 'pause', kept: 'lock' }

interface StateBadgeProps {
  /** A state as the server says it. */
  state: string
  /** Another word than the state's own. */
  label?: string
}

export function StateBadge({ state, label }: StateBadgeProps) {
  const { t } = useTranslation('shared')
  const look = LOOK[state] ?? 'cancelled'
  return (
    <span className={classes.badge} data-look={look}>
      <Icon name={SIGN[state] ?? look} size={13} />
      {label ?? t(`state.${state}`, { defaultValue: state })}
    </span>
  )
}
