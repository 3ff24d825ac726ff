/** Cancel an instance: says what is lost, asks for a reason. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Problem } from '@/shared/ui/Problem'

import { cancelInstance } from '../api/instances'

export function CancelDialog({ instanceKey, onClose }: { instanceKey: string; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const cancel = useMutation({
    mutationFn: () => cancelInstance(instanceKey, reason.trim()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['instances'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('cancel.title')}>
      <p>{t('cancel.text')}</p>
      <TextInput label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {cancel.error !== null && <Problem error={cancel.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.back')}
        </Button>
        <Button color="red" disabled={reason.trim() === ''} loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {t('action.cancelInstance')}
        </Button>
      </Group>
    </Modal>
  )
}
