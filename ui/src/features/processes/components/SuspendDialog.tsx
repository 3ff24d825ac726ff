/** Suspend or resume an instance: says what that means, asks for a reason. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Problem } from '@/shared/ui/Problem'

import { resumeInstance, suspendInstance } from '../api/operations'

export function SuspendDialog({ instanceKey, mode, onClose }: { instanceKey: string; mode: 'suspend' | 'resume'; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const change = useMutation({
    mutationFn: () => (mode === 'suspend' ? suspendInstance : resumeInstance)(instanceKey, reason.trim()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['instances'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t(`${mode}.title`)}>
      <p>{t(`${mode}.text`)}</p>
      <TextInput label={t('reason')} required data-autofocus value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {change.error !== null && <Problem error={change.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.back')}
        </Button>
        <Button disabled={reason.trim() === ''} loading={change.isPending} onClick={() => change.mutate()}>
          {t(`${mode}.do`)}
        </Button>
      </Group>
    </Modal>
  )
}
