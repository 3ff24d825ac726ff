/** Suspend or resume an instance, hold or release its history: says what that means, asks for a reason. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Problem } from '@/shared/ui/Problem'

import { holdInstance, resumeInstance, suspendInstance } from '../api/operations'

const TURNS = {
  suspend: suspendInstance,
  resume: resumeInstance,
  hold: (key: string, reason: string) => holdInstance(key, true, reason),
  release: (key: string, reason: string) => holdInstance(key, false, reason),
}

export type Turn = keyof typeof TURNS

export function TurnDialog({ instanceKey, turn, onClose }: { instanceKey: string; turn: Turn; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const change = useMutation({
    mutationFn: () => TURNS[turn](instanceKey, reason.trim()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['instances'] })
      await queryClient.invalidateQueries({ queryKey: ['incidents'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t(`${turn}.title`)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <p>{t(`${turn}.text`)}</p>
        <TextInput label={t('reason')} required data-autofocus value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
        {change.error !== null && <Problem error={change.error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('shared:action.cancel')}
          </Button>
          <Button type="submit" disabled={reason.trim() === ''} loading={change.isPending}>
            {t(`${turn}.do`)}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
