/** The task side of the inbox: its facts, its form, and what can be done. `c` claims, Ctrl/⌘+Enter completes. */
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { UserTask, UserTaskDetail } from '@/shared/api/types'
import { useShortcuts } from '@/shared/keys/shortcuts'
import { useCan, useSession } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import { claimTask, completeTask, taskQuery, unclaimTask } from '../api/tasks'
import { dropDraft } from '../drafts'
import { DueDate } from './DueDate'
import classes from './TaskDetail.module.css'
import { TaskWork } from './TaskWork'

export function NothingChosen({ hasTasks }: { hasTasks: boolean }) {
  const { t } = useTranslation('tasks')
  return <Empty icon="tasks" title={t('nothingChosen.title')} text={hasTasks ? t('nothingChosen.text') : undefined} />
}

interface TaskDetailProps {
  taskId: string
  onDone: (taskId: string) => void
  onBack: () => void
}

export function TaskDetail({ taskId, onDone, onBack }: TaskDetailProps) {
  const query = useQuery(taskQuery(taskId))
  return (
    <div className={classes.detail}>
      <Async query={query} rows={8}>
        {(detail) => <Loaded detail={detail} onDone={onDone} onBack={onBack} />}
      </Async>
    </div>
  )
}

interface LoadedProps {
  detail: UserTaskDetail
  onDone: (taskId: string) => void
  onBack: () => void
}

function Loaded({ detail, onDone, onBack }: LoadedProps) {
  const { t } = useTranslation('tasks')
  const { task } = detail
  const { username } = useSession().user
  const { claim, unclaim, complete, error } = useTaskActions(task, onDone)
  const isMine = task.assignee === username
  return (
    <article aria-label={task.name}>
      <header className={classes.head}>
        <Tooltip label={t('shared:action.back')}>
          <ActionIcon className={classes.back} size={36} aria-label={t('shared:action.back')} onClick={onBack}>
            <Icon name="chevronLeft" />
          </ActionIcon>
        </Tooltip>
        <h2>{task.name}</h2>
        <div className={classes.actions}>
          <Ownership task={task} isMine={isMine} claim={claim} unclaim={unclaim} />
        </div>
      </header>
      <Facts task={task} isMine={isMine} />
      {error !== null && <Problem error={error} />}
      {task.state === 'open' && task.assignee === null && <p className={classes.hint}>{t('claimFirst')}</p>}
      <TaskWork
        detail={detail}
        mode={task.state === 'open' && isMine ? 'edit' : 'read'}
        isSending={complete.isPending}
        onComplete={(variables) => complete.mutate(variables)}
      />
    </article>
  )
}

function useTaskActions(task: UserTask, onDone: (taskId: string) => void) {
  const { t } = useTranslation('tasks')
  const queryClient = useQueryClient()
  const id = task.user_task_id
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['tasks'] })
  const claim = useMutation({ mutationFn: () => claimTask(id), onSuccess: refresh })
  const unclaim = useMutation({ mutationFn: () => unclaimTask(id), onSuccess: refresh })
  const complete = useMutation({
    mutationFn: (variables: Record<string, unknown>) => completeTask(id, variables),
    onSuccess: async () => {
      dropDraft(id)
      notifications.show({ message: t('completed', { name: task.name, key: task.business_key ?? task.instance_key }) })
      onDone(id)
      await refresh()
    },
  })
  return { claim, unclaim, complete, error: complete.error ?? claim.error ?? unclaim.error }
}

interface Act {
  isPending: boolean
  mutate: () => void
}

/** Take the task, give it back, or the word for why neither is possible. */
function Ownership({ task, isMine, claim, unclaim }: { task: UserTask; isMine: boolean; claim: Act; unclaim: Act }) {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const isOpen = task.state === 'open'
  const canClaim = isOpen && task.assignee === null && can('task.work')
  useShortcuts(canClaim ? [{ keys: 'c', label: t('action.claim'), run: () => claim.mutate() }] : [])
  if (canClaim)
    return (
      <Button loading={claim.isPending} onClick={() => claim.mutate()}>
        {t('action.claim')}
      </Button>
    )
  if (!isOpen) return <StateBadge state={task.state} />
  if (!isMine && !can('task.view_all')) return null
  return (
    <Button variant="default" loading={unclaim.isPending} onClick={() => unclaim.mutate()}>
      {t('action.unclaim')}
    </Button>
  )
}

function Facts({ task, isMine }: { task: UserTask; isMine: boolean }) {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const instance = task.business_key ?? task.instance_key
  const facts: [string, React.ReactNode][] = [
    [t('fact.process'), `${task.process_name} · ${t('version', { version: task.version })}`],
    [
      t('fact.instance'),
      can('instance.view') ? (
        <Link key="instance" to="/instances/$instanceKey" params={{ instanceKey: task.instance_key }}>
          {instance}
        </Link>
      ) : (
        instance
      ),
    ],
    [t('fact.assignee'), isMine ? t('me') : (task.assignee ?? (task.candidate_groups.join(', ') || t('unassigned')))],
    [t('fact.created'), <RelativeTime key="created" iso={task.created_at} />],
    [t('fact.due'), <DueDate key="due" due={task.due_at} />],
  ]
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
