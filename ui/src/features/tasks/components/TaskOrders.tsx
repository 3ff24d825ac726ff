/** What is done to several chosen tasks at once: claim, assign, delegate. Each is answered for. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { UserTask } from '@/shared/api/types'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useCan, useSession } from '@/shared/session/session'
import { Problem } from '@/shared/ui/Problem'

import { assignTasks, claimTasks, delegateTasks, type Outcome } from '../api/tasks'
import classes from './TaskList.module.css'

interface TaskOrdersProps {
  chosen: UserTask[]
  onClear: () => void
}

export function TaskOrders({ chosen, onClear }: TaskOrdersProps) {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const { username } = useSession().user
  const [mode, setMode] = useState<'assign' | 'delegate' | null>(null)
  const free = chosen.filter(({ assignee }) => assignee === null)
  const mine = chosen.filter(({ assignee, delegation }) => assignee === username && delegation !== 'pending')
  const { order, refused } = useOrder(onClear)
  return (
    <div className={classes.orders} role="toolbar" aria-label={t('several.title')}>
      <span role="status">{t('several.chosen', { count: chosen.length })}</span>
      {can('task.work') && free.length > 0 && (
        <Button size="compact-sm" loading={order.isPending} onClick={() => order.mutate(() => claimTasks(idsOf(free)))}>
          {t('several.claim', { count: free.length })}
        </Button>
      )}
      {can('task.view_all') && (
        <Button size="compact-sm" variant="default" onClick={() => setMode('assign')}>
          {t('several.assign', { count: chosen.length })}
        </Button>
      )}
      {mine.length > 0 && (
        <Button size="compact-sm" variant="default" onClick={() => setMode('delegate')}>
          {t('several.delegate', { count: mine.length })}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" onClick={onClear}>
        {t('several.none')}
      </Button>
      {order.error !== null && <Problem error={order.error} />}
      {refused !== null && <Refusals outcome={refused} chosen={chosen} />}
      {mode !== null && (
        <HandOver
          mode={mode}
          count={mode === 'assign' ? chosen.length : mine.length}
          isPending={order.isPending}
          onGo={(to) => order.mutate(() => (mode === 'assign' ? assignTasks(idsOf(chosen), to) : delegateTasks(idsOf(mine), to)), { onSettled: () => setMode(null) })}
          onClose={() => setMode(null)}
        />
      )}
    </div>
  )
}

function idsOf(tasks: readonly UserTask[]): string[] {
  return tasks.map(({ user_task_id }) => user_task_id)
}

/** What went is said, and nothing is chosen any more; what was refused stays to be read. */
function useOrder(onDone: () => void) {
  const { t } = useTranslation('tasks')
  const queryClient = useQueryClient()
  const [refused, setRefused] = useState<Outcome | null>(null)
  const order = useMutation({
    mutationFn: (act: () => Promise<Outcome>) => act(),
    onSuccess: async (outcome) => {
      if (outcome.refused.length === 0) onDone() // at once: what is chosen while the list is read again stays chosen
      setRefused(outcome.refused.length === 0 ? null : outcome)
      notifications.show({ message: t('several.done', { count: outcome.done, refused: outcome.refused.length }) })
      await queryClient.invalidateQueries({ queryKey: ['tasks'] })
    },
  })
  return { order, refused }
}

function Refusals({ outcome, chosen }: { outcome: Outcome; chosen: UserTask[] }) {
  const say = useServerText()
  const nameOf = (id: string): string => {
    const task = chosen.find(({ user_task_id }) => user_task_id === id)
    return task === undefined ? id : `${task.name} (${task.business_key ?? task.instance_key})`
  }
  return (
    <ul className={classes.refused} role="alert">
      {outcome.refused.map(({ taskId, problem }) => (
        <li key={taskId}>
          <strong>{nameOf(taskId)}</strong> {say(problem.detail)}
        </li>
      ))}
    </ul>
  )
}

interface HandOverProps {
  mode: 'assign' | 'delegate'
  count: number
  isPending: boolean
  onGo: (to: string) => void
  onClose: () => void
}

function HandOver({ mode, count, isPending, onGo, onClose }: HandOverProps) {
  const { t } = useTranslation('tasks')
  const [to, setTo] = useState('')
  return (
    <Modal opened onClose={onClose} title={t(`several.${mode}`, { count })}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onGo(to.trim())
        }}
      >
        <p className="tl-muted">{t(`${mode}.text`)}</p>
        <TextInput mt="sm" label={t('handOver.to')} required data-autofocus maxLength={200} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('shared:action.cancel')}
          </Button>
          <Button type="submit" disabled={to.trim() === ''} loading={isPending}>
            {t(`${mode}.do`)}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
