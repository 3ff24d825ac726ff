/** Start an instance again: where, in which version, with which variables; says in words what will happen; asks why. */
import { Button, Group, Modal, SegmentedControl, Select, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowProblems, rowsOf, variablesOf } from '@/shared/forms/variables'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { Async } from '@/shared/ui/Async'
import { Problem } from '@/shared/ui/Problem'

import { versionUseQuery } from '../api/migration'
import { restartInstance, startVariablesQuery } from '../api/operations'
import { modelQuery } from '../api/processes'
import type { InstanceDetail } from '../api/types'
import { changedVariables } from '../changes'
import { elementsOf } from '../migration'
import { places } from '../modification'
import { ownVariables } from './InstanceVariables'
import classes from './processes.module.css'

const STARTS = ['start', 'before', 'after'] as const
type Start = (typeof STARTS)[number]
const SOURCES = ['begun', 'last'] as const
type VariableSource = (typeof SOURCES)[number]
const NOBODY: ReadonlySet<string> = new Set()

interface RestartDialogProps {
  detail: InstanceDetail
  onClose: () => void
}

export function RestartDialog({ detail, onClose }: RestartDialogProps) {
  const { t } = useTranslation('processes')
  const begun = useQuery(startVariablesQuery(detail.summary.instance_key))
  const name = detail.summary.business_key ?? detail.summary.instance_key
  return (
    <Modal opened onClose={onClose} size="lg" title={t('restart.title', { name })}>
      <Async query={begun} rows={6}>
        {(variables) => <RestartForm detail={detail} begun={variables} onClose={onClose} />}
      </Async>
    </Modal>
  )
}

/** What a person has chosen. */
function useChoice(detail: InstanceDetail, begun: Record<string, unknown>) {
  const [version, setVersion] = useState(detail.summary.version)
  const [start, setStart] = useState<Start>('start')
  const [element, setElement] = useState<string | null>(null)
  const [source, setSource] = useState<VariableSource>('begun')
  const [rows, setRows] = useState(() => rowsOf(begun))
  const taken = source === 'begun' ? begun : ownVariables(detail)
  const isRight = rowProblems(rows).every((problem) => problem === null)
  return {
    version, start, element, source, rows, setStart, setElement, setRows,
    /** Elements are of a version. */
    setVersion: (next: number) => (setVersion(next), setElement(null)),
    setSource: (next: VariableSource) => (setSource(next), setRows(rowsOf(next === 'begun' ? begun : ownVariables(detail)))),
    /** How many variables there are before any is changed. */
    count: Object.keys(taken).length,
    changed: isRight ? changedVariables(taken, variablesOf(rows)) : {},
    isReady: isRight && (start === 'start' || element !== null),
    from: { version, element_id: start === 'start' ? null : element, is_after: start === 'after', has_last_variables: source === 'last' },
  }
}

type Choice = ReturnType<typeof useChoice>

function RestartForm({ detail, begun, onClose }: RestartDialogProps & { begun: Record<string, unknown> }) {
  const { t } = useTranslation('processes')
  const { summary } = detail
  const choice = useChoice(detail, begun)
  const [reason, setReason] = useState('')
  const restart = useRestart(() => restartInstance(summary.instance_key, choice.from, choice.changed, reason.trim()), onClose)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        restart.mutate()
      }}
    >
      <div className={classes.fields}>
        <Where processId={summary.process_id} choice={choice} />
        <Version processId={summary.process_id} own={summary.version} choice={choice} />
      </div>
      <Variables isEnded={summary.status !== 'active'} choice={choice} />
      {choice.isReady && <Told summary={summary} choice={choice} />}
      <TextInput mt="sm" label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {restart.error !== null && <Problem error={restart.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
        <Button type="submit" disabled={reason.trim() === '' || !choice.isReady} loading={restart.isPending}>
          {t('restart.do')}
        </Button>
      </Group>
    </form>
  )
}

function useRestart(restart: () => ReturnType<typeof restartInstance>, onClose: () => void) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: restart,
    onSuccess: async ({ instance_key }) => {
      notifications.show({ message: t('restart.done') })
      await queryClient.invalidateQueries({ queryKey: ['instances'] })
      onClose()
      await navigate({ to: '/instances/$instanceKey', params: { instanceKey: instance_key }, search: {} })
    },
  })
}

function usePlaces(processId: string, version: number) {
  const model = useQuery(modelQuery(processId, version))
  return useMemo(() => (model.data === undefined ? [] : places(elementsOf(model.data, processId), NOBODY)), [model.data, processId])
}

function Where({ processId, choice }: { processId: string; choice: Choice }) {
  const { t } = useTranslation('processes')
  const choices = usePlaces(processId, choice.version)
  return (
    <>
      <div>
        <p className={classes.label}>{t('restart.where')}</p>
        <SegmentedControl
          aria-label={t('restart.where')}
          value={choice.start}
          data={STARTS.map((value) => ({ value, label: t(`restart.at.${value}`) }))}
          onChange={(value) => choice.setStart(value as Start)}
        />
      </div>
      {choice.start !== 'start' && (
        <Select label={t('modify.place')} searchable required data={choices.map(({ id, name }) => ({ value: id, label: name || id }))} value={choice.element} onChange={choice.setElement} />
      )}
    </>
  )
}

/** Asked only where there is a choice. */
function Version({ processId, own, choice }: { processId: string; own: number; choice: Choice }) {
  const { t } = useTranslation('processes')
  const versions = useQuery(versionUseQuery(processId))
  const known = versions.data ?? []
  if (known.length < 2) return null
  const label = (each: number): string => (each === own ? t('restart.sameVersion', { version: each }) : t('version', { version: each }))
  return (
    <Select
      label={t('column.version')}
      allowDeselect={false}
      data={known.map((each) => ({ value: `${each.version}`, label: label(each.version) }))}
      value={`${choice.version}`}
      onChange={(value) => choice.setVersion(Number(value))}
    />
  )
}

function Variables({ isEnded, choice }: { isEnded: boolean; choice: Choice }) {
  const { t } = useTranslation('processes')
  const label = (each: VariableSource): string => t(`restart.source.${each === 'last' && !isEnded ? 'now' : each}`)
  return (
    <div className={classes.part}>
      <p className={classes.label}>{t('instance.tab.variables')}</p>
      <SegmentedControl
        aria-label={t('instance.tab.variables')}
        mb="xs"
        value={choice.source}
        data={SOURCES.map((value) => ({ value, label: label(value) }))}
        onChange={(value) => choice.setSource(value as VariableSource)}
      />
      <VariableEditor rows={choice.rows} onChange={choice.setRows} />
    </div>
  )
}

/** What will happen, in words. */
function Told({ summary, choice }: { summary: InstanceDetail['summary']; choice: Choice }) {
  const { t } = useTranslation('processes')
  const places = usePlaces(summary.process_id, choice.version)
  const isActive = summary.status === 'active'
  const element = places.find(({ id }) => id === choice.element)?.name || choice.element
  const changed = Object.keys(choice.changed)
  return (
    <div className={classes.told} role="status" aria-label={t('restart.told')}>
      <p>{t(`restart.begins.${choice.start}`, { process: summary.process_name, version: choice.version, element })}</p>
      <ul>
        <li>{t(`restart.variables.${choice.source === 'last' && isActive ? 'now' : choice.source}`, { count: choice.count })}</li>
        {changed.length > 0 && <li>{t('restart.changed', { names: changed.join(t('listSeparator')) })}</li>}
        {choice.start !== 'start' && <li>{t('restart.notAgain')}</li>}
        <li>{t(isActive ? 'restart.oldRuns' : 'restart.oldStays')}</li>
      </ul>
    </div>
  )
}
