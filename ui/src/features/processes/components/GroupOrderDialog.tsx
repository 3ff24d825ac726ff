/** One order for all incidents of a cause: who is meant, what is set, why; it runs as a batch. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowProblems, rowsOf, variablesOf } from '@/shared/forms/variables'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { Async } from '@/shared/ui/Async'
import { Problem } from '@/shared/ui/Problem'

import { createBatch, orderPreviewQuery, type IncidentGroup } from '../api/operations'
import classes from './Operations.module.css'

export type OrderMode = 'retry' | 'edit' | 'skip'

export function GroupOrderDialog({ group, mode, onClose }: { group: IncidentGroup; mode: OrderMode; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const kind = mode === 'skip' ? 'skip' : 'retry'
  const selection = { signature: group.signature }
  const preview = useQuery(orderPreviewQuery({ kind, selection }))
  const [rows, setRows] = useState(() => rowsOf({}))
  const [reason, setReason] = useState('')
  const order = useMutation({
    mutationFn: () => createBatch({ kind, selection, variables: variablesOf(rows) }, reason.trim()),
    onSuccess: async ({ batch_id }) => {
      await queryClient.invalidateQueries({ queryKey: ['batches'] })
      await queryClient.invalidateQueries({ queryKey: ['incidents'] })
      await navigate({ to: '/batches', search: { batch: batch_id } })
    },
  })
  const isWrong = rowProblems(rows).some((problem) => problem !== null) || (mode === 'edit' && rows.length === 0)
  return (
    <Modal opened onClose={onClose} size="lg" title={`${t(`order.title.${mode}`)}: ${group.element_name || group.element_id}`}>
      <p>{t(`order.text.${mode}`)}</p>
      <Async query={preview} rows={2}>
        {({ targets, first }) => (
          <p className={classes.preview} role="status">
            <strong>{t('order.targets', { count: targets })}</strong>
            {first.length > 0 && <span className="tl-muted"> {first.slice(0, 5).join(t('listSeparator'))}{targets > 5 && ' …'}</span>}
          </p>
        )}
      </Async>
      {mode !== 'retry' && <VariableEditor rows={rows} onChange={setRows} />}
      <TextInput mt="sm" label={t('reason')} required data-autofocus value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {order.error !== null && <Problem error={order.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
        <Button disabled={isWrong || reason.trim() === '' || !preview.data?.targets} loading={order.isPending} onClick={() => order.mutate()}>
          {t(`order.do.${mode}`)}
        </Button>
      </Group>
    </Modal>
  )
}
