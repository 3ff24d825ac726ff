/** When a task is due; what is late or due within a day carries colour, sign and word. */
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'
import { RelativeTime, useNow } from '@/shared/ui/RelativeTime'

import { dueState } from '../next'
import classes from './DueDate.module.css'

export function DueDate({ due }: { due: string | null }) {
  const { t } = useTranslation('tasks')
  const state = dueState(due, useNow())
  if (due === null) return <span className="tl-muted">–</span>
  return (
    <span className={classes.due} data-state={state}>
      {state === 'late' && <Icon name="incident" size={13} label={t('due.late')} />}
      {state === 'soon' && <Icon name="waiting" size={13} label={t('due.soon')} />}
      <RelativeTime iso={due} />
    </span>
  )
}
