/** Variables to read; operators may change them, with a reason. */
import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowProblems, rowsOf, variablesOf } from '@/shared/forms/variables'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { VariableTable } from '@/shared/forms/VariableTable'
import { useCan } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import { setVariables } from '../api/instances'
import type { InstanceDetail } from '../api/types'
import { changedVariables } from '../changes'

export function InstanceVariables({ detail }: { detail: InstanceDetail }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const [mode, setMode] = useState<'read' | 'edit'>('read')
  const own = ownVariables(detail)
  if (mode === 'edit') return <Edit instanceKey={detail.summary.instance_key} before={own} onDone={() => setMode('read')} />
  const inner = detail.variables.filter(({ scope_element_id }) => scope_element_id !== null)
  return (
    <>
      <VariableTable variables={own} />
      {[...new Set(inner.map(({ scope_element_id }) => scope_element_id))].map((scope) => (
        <section key={scope}>
          <h3>{t('instance.scope', { element: scope })}</h3>
          <VariableTable
            variables={Object.fromEntries(inner.filter((each) => each.scope_element_id === scope).map(({ name, value }) => [name, value]))}
          />
        </section>
      ))}
      {can('instance.operate') && detail.summary.status === 'active' && (
        <Button mt="sm" variant="default" leftSection={<Icon name="edit" size={14} />} onClick={() => setMode('edit')}>
          {t('action.editVariables')}
        </Button>
      )}
    </>
  )
}

export function ownVariables({ variables }: Pick<InstanceDetail, 'variables'>): Record<string, unknown> {
  return Object.fromEntries(variables.filter(({ scope_element_id }) => scope_element_id === null).map(({ name, value }) => [name, value]))
}

function Edit({ instanceKey, before, onDone }: { instanceKey: string; before: Record<string, unknown>; onDone: () => void }) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  const [rows, setRows] = useState(() => rowsOf(before))
  const [reason, setReason] = useState('')
  const change = useMutation({
    mutationFn: () => setVariables(instanceKey, changedVariables(before, variablesOf(rows)), reason),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['instances', 'one', instanceKey] })
      onDone()
    },
  })
  const isWrong = rowProblems(rows).some((problem) => problem !== null)
  return (
    <>
      <VariableEditor rows={rows} onChange={setRows} />
      <TextInput mt="sm" label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {change.error !== null && <Problem error={change.error} />}
      <Group mt="sm">
        <Button disabled={isWrong || reason.trim() === ''} loading={change.isPending} onClick={() => change.mutate()}>
          {t('shared:action.save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('shared:action.cancel')}
        </Button>
      </Group>
    </>
  )
}
