/** The list side of the inbox. */
import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { UserTask } from '@/shared/api/types'
import { useSession } from '@/shared/session/session'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Loading } from '@/shared/ui/Loading'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { HIGH } from '../filters'
import type { Inbox } from '../hooks/useInbox'
import type { TaskView } from '../routes'
import { DueDate } from './DueDate'
import classes from './TaskList.module.css'
import { TaskOrders } from './TaskOrders'

const NOTHING: ReadonlySet<string> = new Set()

interface TaskListProps {
  inbox: Inbox
  view: TaskView
  selected: string | null
  /** Filters leave something out. */
  isNarrowed: boolean
  onSelect: (taskId: string) => void
}

export function TaskList({ inbox, view, selected, isNarrowed, onSelect }: TaskListProps) {
  const { t } = useTranslation('tasks')
  const columns = useColumns()
  const [checked, setChecked] = useState(NOTHING)
  const chosen = inbox.rows.filter(({ user_task_id }) => checked.has(user_task_id))
  if (inbox.error !== null && inbox.rows.length === 0) return <Problem error={inbox.error} onRetry={inbox.retry} />
  if (inbox.isLoading) return <Loading rows={8} />
  return (
    <div>
      <div aria-live="polite">
        {inbox.waiting > 0 && (
          <button type="button" className={classes.news} onClick={inbox.show}>
            <Icon name="chevronDown" size={14} />
            {t('shared:list.new', { count: inbox.waiting })}
          </button>
        )}
      </div>
      {chosen.length > 0 && <TaskOrders chosen={chosen} onClear={() => setChecked(NOTHING)} />}
      {inbox.rows.length === 0 ? (
        <Empty icon="tasks" title={isNarrowed ? t('empty.narrowed.title') : t(`empty.${view}.title`)} text={isNarrowed ? t('empty.narrowed.text') : t(`empty.${view}.text`)} />
      ) : (
        <DataTable
          label={t('title')}
          columns={columns}
          rows={inbox.rows}
          rowKey={(row) => row.user_task_id}
          selectedKey={selected}
          onSelect={(row) => onSelect(row.user_task_id)}
          checks={{ checked, onChange: setChecked, label: (row) => `${row.name} ${row.business_key ?? row.instance_key}` }}
        />
      )}
      {inbox.loadMore !== null && (
        <div className={classes.more}>
          <Button variant="subtle" onClick={inbox.loadMore}>
            {t('shared:action.showMore')}
          </Button>
        </div>
      )}
    </div>
  )
}

function useColumns(): DataColumn<UserTask>[] {
  const { t } = useTranslation('tasks')
  const { user } = useSession()
  return useMemo(
    () => [
      {
        id: 'name',
        grow: true,
        header: t('column.name'),
        sortValue: (row) => row.name,
        cell: (row) => (
          <span className={classes.name} title={row.name}>
            <span>
              {row.priority >= HIGH && <Icon name="priority" size={13} label={t('priority.high')} />} {row.name}
            </span>
            <span className={classes.process}>
              {row.process_name}
              {row.business_key !== null && <span className={classes.key}> · {row.business_key}</span>}
            </span>
          </span>
        ),
      },
      {
        id: 'business_key',
        header: t('column.businessKey'),
        hideBelow: 'tablet',
        sortValue: (row) => row.business_key ?? '',
        cell: (row) => row.business_key ?? <span className="tl-muted">–</span>,
      },
      {
        id: 'assignee',
        header: t('column.assignee'),
        hideBelow: 'tablet',
        sortValue: (row) => row.assignee ?? '',
        cell: (row) => <Assignee task={row} own={user.username} />,
      },
      {
        id: 'due',
        header: t('column.due'),
        sortValue: (row) => row.due_at ?? '9999',
        cell: (row) => <DueDate due={row.due_at} />,
      },
      {
        id: 'created',
        header: t('column.created'),
        hideBelow: 'phone',
        sortValue: (row) => row.created_at,
        align: 'end',
        cell: (row) => <RelativeTime iso={row.created_at} />,
      },
    ],
    [t, user.username],
  )
}

function Assignee({ task, own }: { task: UserTask; own: string }) {
  const { t } = useTranslation('tasks')
  if (task.assignee === null) return <span className="tl-muted">{task.candidate_groups.join(', ') || t('unassigned')}</span>
  return <span>{task.assignee === own ? t('me') : task.assignee}</span>
}
