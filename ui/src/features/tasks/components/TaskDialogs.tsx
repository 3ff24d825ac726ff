/** Hand a task to somebody, and plan it: when it is due, when to look at it again, how much it matters. */
import { Button, Group, Modal, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { UserTask } from '@/shared/api/types'
import { Problem } from '@/shared/ui/Problem'

import { assignTask, delegateTask, planTask } from '../api/tasks'
import { instantOf, localInput } from '../filters'

interface DialogProps {
  task: UserTask
  onClose: () => void
}

function useChange(change: () => Promise<unknown>, onClose: () => void) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['tasks'] })
      onClose()
    },
  })
}

/** `delegate`: it comes back; `assign`: it is theirs from now on. */
export function HandOverDialog({ task, mode, onClose }: DialogProps & { mode: 'delegate' | 'assign' }) {
  const { t } = useTranslation('tasks')
  const [to, setTo] = useState('')
  const change = useChange(() => (mode === 'delegate' ? delegateTask : assignTask)(task.user_task_id, to.trim()), onClose)
  return (
    <Modal opened onClose={onClose} title={t(`${mode}.title`)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <p className="tl-muted">{t(`${mode}.text`)}</p>
        <TextInput mt="sm" label={t('handOver.to')} required data-autofocus maxLength={200} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        {change.error !== null && <Problem error={change.error} />}
        <Buttons isReady={to.trim() !== ''} isPending={change.isPending} label={t(`${mode}.do`)} onClose={onClose} />
      </form>
    </Modal>
  )
}

export function PlanDialog({ task, onClose }: DialogProps) {
  const { t } = useTranslation('tasks')
  const [due, setDue] = useState(() => localInput(task.due_at))
  const [followUp, setFollowUp] = useState(() => localInput(task.follow_up_at ?? null))
  const [priority, setPriority] = useState(task.priority)
  const change = useChange(() => planTask(task.user_task_id, { due: instantOf(due), followUp: instantOf(followUp), priority }), onClose)
  return (
    <Modal opened onClose={onClose} title={t('plan.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <TextInput type="datetime-local" label={t('fact.due')} value={due} onChange={(event) => setDue(event.currentTarget.value)} />
        <TextInput mt="sm" type="datetime-local" label={t('fact.followUp')} description={t('plan.followUpText')} value={followUp} onChange={(event) => setFollowUp(event.currentTarget.value)} />
        <NumberInput mt="sm" label={t('fact.priority')} description={t('plan.priorityText')} min={0} max={100} step={25} value={priority} onChange={(value) => setPriority(typeof value === 'number' ? value : 50)} />
        {change.error !== null && <Problem error={change.error} />}
        <Buttons isReady isPending={change.isPending} label={t('shared:action.save')} onClose={onClose} />
      </form>
    </Modal>
  )
}

function Buttons({ isReady, isPending, label, onClose }: { isReady: boolean; isPending: boolean; label: string; onClose: () => void }) {
  const { t } = useTranslation('tasks')
  return (
    <Group justify="flex-end" mt="md">
      <Button variant="default" onClick={onClose}>
        {t('shared:action.cancel')}
      </Button>
      <Button type="submit" disabled={!isReady} loading={isPending}>
        {label}
      </Button>
    </Group>
  )
}
