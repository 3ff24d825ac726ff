/** Where an instance stands: an incident is said first, and that no token moves is said beside it. */
import { StateBadge } from '@/shared/ui/StateBadge'

import type { InstanceSummary } from '../api/types'
import classes from './processes.module.css'

type Standing = Pick<InstanceSummary, 'status' | 'open_incidents' | 'is_suspended' | 'is_on_hold'>

export function InstanceState({ summary }: { summary: Standing }) {
  const { status, open_incidents, is_suspended, is_on_hold } = summary
  return (
    <span className={classes.states}>
      {open_incidents > 0 ? <StateBadge state="incident" /> : !is_suspended && <StateBadge state={status} />}
      {is_suspended && <StateBadge state="suspended" />}
      {is_on_hold && <StateBadge state="kept" />}
    </span>
  )
}
