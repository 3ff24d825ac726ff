/** The task side of the inbox: its facts, its form, and what can be done. `c` claims, Ctrl/⌘+Enter completes. */
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { UserTask, UserTaskDetail } from '@/shared/api/types'
import { useFieldMessages } from '@/shared/forms/fieldMessages'
import { useShortcuts } from '@/shared/keys/shortcuts'
import { useCan, useSession } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import { claimTask, completeTask, resolveTask, taskQuery, unclaimTask } from '../api/tasks'
import { dropDraft } from '../drafts'
import { HIGH } from '../filters'
import type { NoteTab } from '../routes'
import { DueDate } from './DueDate'
import classes from './TaskDetail.module.css'
import { HandOverDialog, PlanDialog } from './TaskDialogs'
import { TaskNotes } from './TaskNotes'
import { TaskWork } from './TaskWork'

export function NothingChosen({ hasTasks }: { hasTasks: boolean }) {
  const { t } = useTranslation('tasks')
  return <Empty icon="tasks" title={t('nothingChosen.title')} text={hasTasks ? t('nothingChosen.text') : undefined} />
}

interface TaskDetailProps {
  taskId: string
  notes: NoteTab
  onNotes: (tab: NoteTab) => void
  onDone: (taskId: string) => void
  onBack: () => void
}

export function TaskDetail({ taskId, notes, onNotes, onDone, onBack }: TaskDetailProps) {
  const query = useQuery(taskQuery(taskId))
  return (
    <div className={classes.detail}>
      <Async query={query} rows={8}>
        {(detail) => (
          <>
            <Loaded detail={detail} onDone={onDone} onBack={onBack} />
            <TaskNotes task={detail.task} tab={notes} onTab={onNotes} />
          </>
        )}
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
  const { claim, unclaim, resolve, complete, error } = useTaskActions(task, onDone)
  const refused = useFieldMessages(complete.error)
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
          <Ownership task={task} isMine={isMine} claim={claim} unclaim={unclaim} resolve={resolve} />
          <More task={task} isMine={isMine} />
        </div>
      </header>
      <Facts task={task} isMine={isMine} />
      {error !== null && <Problem error={error} />}
      {task.state === 'open' && task.assignee === null && <p className={classes.hint}>{t('claimFirst')}</p>}
      <TaskWork
        detail={detail}
        mode={task.state === 'open' && isMine ? 'edit' : 'read'}
        isSending={complete.isPending}
        refused={refused}
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
  const resolve = useMutation({ mutationFn: () => resolveTask(id), onSuccess: refresh })
  const complete = useMutation({
    mutationFn: (variables: Record<string, unknown>) => completeTask(id, variables),
    onSuccess: async () => {
      dropDraft(id)
      notifications.show({ message: t('completed', { name: task.name, key: task.business_key ?? task.instance_key }) })
      onDone(id)
      await refresh()
    },
  })
  return { claim, unclaim, resolve, complete, error: complete.error ?? claim.error ?? unclaim.error ?? resolve.error }
}

interface Act {
  isPending: boolean
  mutate: () => void
}

interface OwnershipProps {
  task: UserTask
  isMine: boolean
  claim: Act
  unclaim: Act
  resolve: Act
}

/** Take the task, give it back, or the word for why neither is possible. */
function Ownership({ task, isMine, claim, unclaim, resolve }: OwnershipProps) {
  const can = useCan()
  if (task.state !== 'open') return <StateBadge state={task.state} />
  if (task.assignee === null) return can('task.work') ? <Claim claim={claim} /> : null
  if (!isMine && !can('task.view_all')) return null
  return <GiveBack task={task} isMine={isMine} unclaim={unclaim} resolve={resolve} />
}

function Claim({ claim }: { claim: Act }) {
  const { t } = useTranslation('tasks')
  useShortcuts([{ keys: 'c', label: t('action.claim'), run: () => claim.mutate() }])
  return (
    <Button loading={claim.isPending} onClick={() => claim.mutate()}>
      {t('action.claim')}
    </Button>
  )
}

/** Back to those who may take it; what was delegated goes back to its owner. */
function GiveBack({ task, isMine, unclaim, resolve }: Omit<OwnershipProps, 'claim'>) {
  const { t } = useTranslation('tasks')
  const isDelegated = isMine && task.delegation === 'pending'
  const [act, label] = isDelegated ? [resolve, t('action.resolve', { owner: task.owner ?? '' })] : [unclaim, t('action.unclaim')]
  useShortcuts(isMine ? [{ keys: 'u', label, run: () => act.mutate() }] : [])
  return (
    <Button variant="default" loading={act.isPending} onClick={() => act.mutate()}>
      {label}
    </Button>
  )
}

/** What is wanted less often. */
function More({ task, isMine }: { task: UserTask; isMine: boolean }) {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const [dialog, setDialog] = useState<'delegate' | 'assign' | 'plan' | null>(null)
  const close = (): void => setDialog(null)
  const isAll = can('task.view_all')
  if (task.state !== 'open' || !(isMine || isAll)) return null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={t('action.more')}>
            <Icon name="more" size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isMine && task.delegation !== 'pending' && <Menu.Item onClick={() => setDialog('delegate')}>{t('delegate.title')}</Menu.Item>}
          {isAll && <Menu.Item onClick={() => setDialog('assign')}>{t('assign.title')}</Menu.Item>}
          <Menu.Item onClick={() => setDialog('plan')}>{t('plan.title')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {(dialog === 'delegate' || dialog === 'assign') && <HandOverDialog task={task} mode={dialog} onClose={close} />}
      {dialog === 'plan' && <PlanDialog task={task} onClose={close} />}
    </>
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
    [t('fact.priority'), <Priority key="priority" priority={task.priority} />],
  ]
  if (typeof task.follow_up_at === 'string') facts.push([t('fact.followUp'), <RelativeTime key="followUp" iso={task.follow_up_at} />])
  if (typeof task.owner === 'string' && task.owner !== task.assignee) facts.push([t('fact.owner'), task.owner])
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

function Priority({ priority }: { priority: number }) {
  const { t } = useTranslation('tasks')
  if (priority < HIGH) return <span className="tl-number">{priority}</span>
  return (
    <strong>
      <Icon name="priority" size={13} /> {t('priority.high')} ({priority})
    </strong>
  )
}
