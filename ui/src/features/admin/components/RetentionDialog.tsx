/** How long ended instances of a process are kept, and what new ones write to the event log. */
import { Button, Group, Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Problem } from '@/shared/ui/Problem'

import { setRetention, type RetentionPolicy } from '../api/operations'

const LEVELS = ['full', 'activity', 'none'] as const

export function RetentionDialog({ policy, onClose }: { policy: RetentionPolicy; onClose: () => void }) {
  const { t } = useTranslation('admin')
  const queryClient = useQueryClient()
  const [days, setDays] = useState<number | null>(policy.days)
  const [level, setLevel] = useState(policy.history_level)
  const [reason, setReason] = useState('')
  const save = useMutation({
    mutationFn: () => setRetention(policy.process_id, { days, level, reason: reason.trim() }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['retention'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('operations.edit', { process: policy.process_id })}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <NumberInput
          label={t('operations.keptDays')}
          description={t('operations.keptText')}
          min={0}
          max={36_500}
          allowDecimal={false}
          value={days ?? ''}
          onChange={(value) => setDays(typeof value === 'number' ? value : null)}
        />
        <Select
          mt="sm"
          label={t('operations.level')}
          allowDeselect={false}
          data={LEVELS.map((value) => ({ value, label: t(`operations.levels.${value}`) }))}
          value={level}
          onChange={(value) => setLevel(LEVELS.find((each) => each === value) ?? level)}
        />
        <TextInput mt="sm" label={t('audit.reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
        {save.error !== null && <Problem error={save.error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('shared:action.cancel')}
          </Button>
          <Button type="submit" disabled={reason.trim() === ''} loading={save.isPending}>
            {t('shared:action.save')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
