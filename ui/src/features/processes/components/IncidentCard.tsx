/** An open incident with its way out: retry as it is, or correct variables first and then retry. */
import { Button, Group, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowProblems, rowsOf, variablesOf } from '@/shared/forms/variables'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useCan } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import { resolveIncident } from '../api/instances'
import { skipIncident } from '../api/operations'
import type { Incident, InstanceDetail } from '../api/types'
import { changedVariables } from '../changes'
import classes from './IncidentCard.module.css'
import { ownVariables } from './InstanceVariables'

interface IncidentCardProps {
  incident: Incident
  variables: InstanceDetail['variables']
  onElement: (elementId: string) => void
}

export function IncidentCard({ incident, variables, onElement }: IncidentCardProps) {
  const { t } = useTranslation('processes')
  const say = useServerText()
  const can = useCan()
  const [mode, setMode] = useState<'plain' | 'edit' | 'skip'>('plain')
  return (
    <section className={classes.card} aria-label={t('incident.title')}>
      <div className={classes.head}>
        <Icon name="incident" size={18} />
        <h2>{t(`incident.kind.${incident.kind}`, { defaultValue: incident.kind })}</h2>
        <button type="button" className={classes.link} onClick={() => onElement(incident.element_id)}>
          {incident.element_name || incident.element_id}
        </button>
        <RelativeTime iso={incident.raised_at} />
      </div>
      <p className={classes.message}>{say(incident.message)}</p>
      {incident.is_suspended && (
        <p>
          <StateBadge state="suspended" /> {t('incident.suspended')}
        </p>
      )}
      {can('instance.operate') &&
        (mode === 'plain' ? (
          <Plain incident={incident} onEdit={() => setMode('edit')} onSkip={() => setMode('skip')} />
        ) : mode === 'skip' ? (
          <Skip incident={incident} onClose={() => setMode('plain')} />
        ) : (
          <Edit incident={incident} before={ownVariables({ variables })} onClose={() => setMode('plain')} />
        ))}
    </section>
  )
}

function useResolve(incident: Incident) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ variables, reason }: { variables: Record<string, unknown>; reason: string }) =>
      resolveIncident(incident.incident_id, variables, reason),
    onSuccess: async () => {
      notifications.show({ message: t('incident.retried', { element: incident.element_name || incident.element_id }) })
      await queryClient.invalidateQueries({ queryKey: ['instances'] })
      await queryClient.invalidateQueries({ queryKey: ['incidents'] })
    },
  })
}

function Plain({ incident, onEdit, onSkip }: { incident: Incident; onEdit: () => void; onSkip: () => void }) {
  const { t } = useTranslation('processes')
  const resolve = useResolve(incident)
  return (
    <>
      {resolve.error !== null && <Problem error={resolve.error} />}
      <Group gap="sm">
        <Button
          loading={resolve.isPending}
          leftSection={<Icon name="refresh" size={14} />}
          onClick={() => resolve.mutate({ variables: {}, reason: t('incident.plainReason') })}
        >
          {t('action.retry')}
        </Button>
        <Button variant="default" leftSection={<Icon name="edit" size={14} />} onClick={onEdit}>
          {t('action.editAndRetry')}
        </Button>
        <Button variant="default" leftSection={<Icon name="chevronRight" size={14} />} onClick={onSkip}>
          {t('incidents.skip')}
        </Button>
      </Group>
    </>
  )
}

/** What failed counts as done; it runs as a batch of one, which tells what became of it. */
function Skip({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [rows, setRows] = useState(() => rowsOf({}))
  const [reason, setReason] = useState('')
  const skip = useMutation({
    mutationFn: () => skipIncident(incident.incident_id, variablesOf(rows), reason.trim()),
    onSuccess: async ({ batch_id }) => {
      await queryClient.invalidateQueries({ queryKey: ['batches'] })
      await navigate({ to: '/batches', search: { batch: batch_id } })
    },
  })
  const isWrong = rowProblems(rows).some((problem) => problem !== null)
  return (
    <>
      <p className="tl-muted">{t('incident.skipText')}</p>
      <VariableEditor rows={rows} onChange={setRows} />
      <TextInput mt="sm" label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {skip.error !== null && <Problem error={skip.error} />}
      <Group mt="sm" gap="sm">
        <Button disabled={isWrong || reason.trim() === ''} loading={skip.isPending} onClick={() => skip.mutate()}>
          {t('incidents.skip')}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
      </Group>
    </>
  )
}

function Edit({ incident, before, onClose }: { incident: Incident; before: Record<string, unknown>; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const resolve = useResolve(incident)
  const [rows, setRows] = useState(() => rowsOf(before))
  const [reason, setReason] = useState('')
  const isWrong = rowProblems(rows).some((problem) => problem !== null)
  return (
    <>
      <VariableEditor rows={rows} onChange={setRows} />
      <TextInput mt="sm" label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {resolve.error !== null && <Problem error={resolve.error} />}
      <Group mt="sm" gap="sm">
        <Button
          disabled={isWrong || reason.trim() === ''}
          loading={resolve.isPending}
          onClick={() => resolve.mutate({ variables: changedVariables(before, variablesOf(rows)), reason: reason.trim() })}
        >
          {t('action.saveAndRetry')}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
      </Group>
    </>
  )
}
