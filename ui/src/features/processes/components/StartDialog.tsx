/** Start a case: the start form of the process, or plain variables where it has none. */
import { Button, Checkbox, Group, Modal, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { AnyForm } from '@/shared/forms/AnyForm'
import type { FormHandle } from '@/shared/forms/FormView'
import { rowProblems, variablesOf, type VariableRow } from '@/shared/forms/variables'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { Async } from '@/shared/ui/Async'
import { Problem } from '@/shared/ui/Problem'

import { startFormQuery, startInstance } from '../api/processes'
import type { DeployedProcess } from '../api/types'

const NO_DATA: Record<string, unknown> = {}

export function StartDialog({ process, onClose }: { process: DeployedProcess; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const form = useQuery(startFormQuery(process.process_id))
  return (
    <Modal opened onClose={onClose} size="lg" title={t('start.title', { name: process.name || process.process_id })}>
      <Async query={form} rows={5}>
        {({ form_schema, variables }) => (
          <StartForm process={process} schema={form_schema} names={variables} onClose={onClose} />
        )}
      </Async>
    </Modal>
  )
}

interface StartFormProps {
  process: DeployedProcess
  schema: object | null
  names: string[]
  onClose: () => void
}

function StartForm({ process, schema, names, onClose }: StartFormProps) {
  const { t } = useTranslation('processes')
  const form = useRef<FormHandle>(null)
  const [rows, setRows] = useState<VariableRow[]>(() => names.map((name) => ({ name, type: 'text', text: '' })))
  const [businessKey, setBusinessKey] = useState('')
  const [another, setAnother] = useState<'stay' | 'leave'>('leave')
  const [round, setRound] = useState(0)
  const [isInvalid, setInvalid] = useState(false)
  const start = useStart(() => {
    setBusinessKey('')
    if (another === 'leave') onClose()
    else setRound(round + 1)
  })

  function send(): void {
    const isWrong = rowProblems(rows).some((problem) => problem !== null)
    const variables = schema === null ? (isWrong ? null : variablesOf(rows)) : (form.current?.submit() ?? null)
    setInvalid(variables === null)
    if (variables !== null) start.mutate({ processId: process.process_id, variables, businessKey: businessKey.trim() })
  }

  return (
    <>
      {schema === null ? (
        <VariableEditor rows={rows} onChange={setRows} />
      ) : (
        <AnyForm key={round} ref={form} schema={schema} data={NO_DATA} />
      )}
      <TextInput
        mt="sm"
        label={t('start.businessKey')}
        description={t('start.businessKeyText')}
        maxLength={200}
        value={businessKey}
        onChange={(event) => setBusinessKey(event.currentTarget.value)}
      />
      {start.error !== null && <Problem error={start.error} />}
      {isInvalid && <p role="alert">{t('start.invalid')}</p>}
      <Group justify="flex-end" mt="md">
        <Checkbox
          size="xs"
          label={t('start.another')}
          checked={another === 'stay'}
          onChange={(event) => setAnother(event.currentTarget.checked ? 'stay' : 'leave')}
        />
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
        <Button loading={start.isPending} onClick={send}>
          {t('action.start')}
        </Button>
      </Group>
    </>
  )
}

function useStart(onStarted: () => void) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: startInstance,
    onSuccess: async (instance) => {
      const id = `started-${instance.instance_key}`
      notifications.show({
        id,
        message: (
          <Button
            variant="subtle"
            onClick={() => {
              notifications.hide(id)
              void navigate({ to: '/instances/$instanceKey', params: { instanceKey: instance.instance_key } })
            }}
          >
            {t('start.done', { key: instance.business_key ?? instance.instance_key })}
          </Button>
        ),
      })
      onStarted()
      await queryClient.invalidateQueries({ queryKey: ['instances'] })
    },
  })
}
