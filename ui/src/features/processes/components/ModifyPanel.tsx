/** Moves tokens of an instance: choose in the diagram or the list, see what would begin and end, then do it. */
import { ActionIcon, Button, Checkbox, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowProblems, rowsOf, variablesOf, type VariableRow } from '@/shared/forms/variables'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { useServerText } from '@/shared/i18n/serverTexts'
import { Async } from '@/shared/ui/Async'
import { Icon } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'

import { effectsQuery, modifyInstance, type Effect } from '../api/operations'
import { modelQuery } from '../api/processes'
import type { InstanceDetail } from '../api/types'
import { changedVariables } from '../changes'
import { elementsOf } from '../migration'
import { actionsAt, effectMarks, places, type TokenAction, type TokenStep } from '../modification'
import { InstanceDiagram } from './InstanceDiagram'
import { ownVariables } from './InstanceVariables'
import classes from './ModifyPanel.module.css'

const NO_VARIABLES: Record<string, unknown> = {}
const NOWHERE: readonly string[][] = []

interface ModifyPanelProps {
  detail: InstanceDetail
  steps: TokenStep[]
  element: string | null
  onElement: (element: string | undefined) => void
  /** undefined: nothing is moved any more. */
  onSteps: (steps: TokenStep[] | undefined) => void
}

export function ModifyPanel({ detail, steps, element, onElement, onSteps }: ModifyPanelProps) {
  const { t } = useTranslation('processes')
  const { summary } = detail
  const model = useQuery(modelQuery(summary.process_id, summary.version))
  const active = useMemo(() => new Set(detail.visits.filter(({ state }) => state === 'active').map(({ element_id }) => element_id)), [detail.visits])
  const choices = useMemo(() => (model.data === undefined ? [] : places(elementsOf(model.data, summary.process_id), active)), [model.data, summary.process_id, active])
  const [moving, setMoving] = useState<string | null>(null)
  const edit = useVariablesFirst(detail)
  const [settled] = useDebouncedValue(edit.variables, 300)
  const effects = useQuery({ ...effectsQuery(summary.instance_key, steps, settled), enabled: steps.length > 0 })
  const marks = useMemo(() => marksOf(effects.data), [effects.data])
  const nameOf = (id: string): string => choices.find((each) => each.id === id)?.name || id

  /** While a token is being moved the next element chosen is where it goes to. */
  function choose(id: string | null): void {
    if (moving !== null && id !== null && choices.some((each) => each.id === id)) {
      onSteps([...steps, { action: 'move', element: moving, target: id }])
      setMoving(null)
    } else if (moving === null) onElement(id ?? undefined)
  }

  function act(action: TokenAction, id: string): void {
    if (action === 'move') setMoving(id)
    else onSteps([...steps, { action, element: id }])
  }

  const place = choices.find(({ id }) => id === element)
  return (
    <div className={classes.stack}>
      <InstanceDiagram detail={detail} effects={marks} element={moving ?? element} onElement={choose} />
      <Panel title={t('modify.title')}>
        <div className={classes.stack}>
          <Select
            className={classes.place}
            label={moving === null ? t('modify.place') : t('modify.target', { element: nameOf(moving) })}
            description={moving === null ? t('modify.placeText') : t('modify.targetText')}
            searchable
            data={choices.filter(({ id }) => id !== moving).map(({ id, name }) => ({ value: id, label: `${name || id}${active.has(id) ? ` · ${t('modify.active')}` : ''}` }))}
            value={moving === null ? (place?.id ?? null) : null}
            onChange={choose}
          />
          <Group gap="xs">
            {moving !== null ? (
              <Button variant="default" onClick={() => setMoving(null)}>
                {t('modify.notMove')}
              </Button>
            ) : (
              place !== undefined &&
              actionsAt(place.id, active).map((action) => (
                <Button key={action} variant="default" onClick={() => act(action, place.id)}>
                  {t(`modify.do.${action}`)}
                </Button>
              ))
            )}
          </Group>
          {steps.length > 0 && (
            <>
              <VariablesFirst edit={edit} />
              <Steps steps={steps} variables={edit.variables} nameOf={nameOf} onSteps={onSteps} />
              <Async query={effects} rows={2}>
                {(found) => (
                  <>
                    <Effects effects={found.effects} nameOf={nameOf} />
                    <Stuck joins={found.stuck} nameOf={nameOf} />
                  </>
                )}
              </Async>
            </>
          )}
          <Order
            instanceKey={summary.instance_key}
            steps={steps}
            variables={edit.variables}
            isPossible={effects.isSuccess && edit.isRight}
            stuck={effects.data?.stuck}
            onClose={() => onSteps(undefined)}
          />
        </div>
      </Panel>
    </div>
  )
}

function marksOf(found: { effects: Effect[] } | undefined): ReturnType<typeof effectMarks> {
  return effectMarks(found?.effects ?? [])
}

interface VariablesEdit {
  /** null: none are to be set. */
  rows: VariableRow[] | null
  /** Those that differ from what they are. */
  variables: Record<string, unknown>
  isRight: boolean
  change: (rows: VariableRow[] | null) => void
  begin: () => void
}

function useVariablesFirst(detail: InstanceDetail): VariablesEdit {
  const own = useMemo(() => ownVariables(detail), [detail])
  const [rows, change] = useState<VariableRow[] | null>(null)
  const isRight = rows === null || rowProblems(rows).every((problem) => problem === null)
  const variables = useMemo(() => (rows === null || !isRight ? NO_VARIABLES : changedVariables(own, variablesOf(rows))), [own, rows, isRight])
  return { rows, variables, isRight, change, begin: () => change(rowsOf(own)) }
}

/** What the tokens find where they go to. */
function VariablesFirst({ edit }: { edit: VariablesEdit }) {
  const { t } = useTranslation('processes')
  if (edit.rows === null)
    return (
      <div>
        <Button variant="default" leftSection={<Icon name="edit" size={14} />} onClick={edit.begin}>
          {t('modify.variables')}
        </Button>
      </div>
    )
  return (
    <section className={classes.variables} aria-label={t('modify.variables')}>
      <h3>{t('modify.variables')}</h3>
      <VariableEditor rows={edit.rows} onChange={edit.change} />
      {Object.keys(edit.variables).length === 0 && <p className="tl-muted">{t('modify.noneChanged')}</p>}
      <div>
        <Button variant="subtle" size="compact-sm" onClick={() => edit.change(null)}>
          {t('modify.noVariables')}
        </Button>
      </div>
    </section>
  )
}

interface StepsProps {
  steps: TokenStep[]
  /** Set before the first step. */
  variables: Record<string, unknown>
  nameOf: (id: string) => string
  onSteps: (steps: TokenStep[]) => void
}

function Steps({ steps, variables, nameOf, onSteps }: StepsProps) {
  const { t } = useTranslation('processes')
  return (
    <ol className={classes.steps} aria-label={t('modify.steps')}>
      {Object.entries(variables).map(([name, value]) => (
        <li key={`variable ${name}`}>{t('modify.set', { name, value: shortened(JSON.stringify(value)) })}</li>
      ))}
      {steps.map((step, index) => {
        const text = t(`modify.step.${step.action}`, { element: nameOf(step.element), target: nameOf(step.target ?? '') })
        return (
          <li key={index}>
            {text}
            <ActionIcon variant="subtle" aria-label={t('modify.remove', { step: text })} onClick={() => onSteps(steps.filter((_, at) => at !== index))}>
              <Icon name="close" size={14} />
            </ActionIcon>
          </li>
        )
      })}
    </ol>
  )
}

const LONG = 60

function shortened(text: string): string {
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text
}

function Effects({ effects, nameOf }: { effects: readonly Effect[]; nameOf: (id: string) => string }) {
  const { t } = useTranslation('processes')
  return (
    <div className={classes.effects} role="status">
      {(['ends', 'begins'] as const).map((change) => {
        const found = effects.filter((each) => each.change === change)
        return (
          <section key={change} aria-label={t(`modify.${change}`)}>
            <h3>
              <Icon name={change === 'ends' ? 'cancelled' : 'running'} size={14} /> {t(`modify.${change}`)}
            </h3>
            {found.length === 0 ? (
              <p className="tl-muted">{t('modify.nothing')}</p>
            ) : (
              <ul>
                {found.map(({ kind, element_id }, index) => (
                  <li key={index}>
                    {t(`modify.kind.${kind}`, { defaultValue: kind })}
                    {element_id !== null && <strong> {nameOf(element_id)}</strong>}
                  </li>
                ))}
              </ul>
            )}
          </section>
        )
      })}
    </div>
  )
}

/** Joins at which it would then wait for ever, and why. */
function Stuck({ joins, nameOf }: { joins: readonly string[][]; nameOf: (id: string) => string }) {
  const { t } = useTranslation('processes')
  const say = useServerText()
  if (joins.length === 0) return null
  return (
    <section className={classes.stuck} aria-label={t('modify.stuck')} role="alert">
      <h3>
        <Icon name="warning" size={14} /> {t('modify.stuck')}
      </h3>
      <ul>
        {joins.map(([element = '', reason = '']) => (
          <li key={element}>
            <strong>{nameOf(element)}</strong> {say(reason)}
          </li>
        ))}
      </ul>
    </section>
  )
}

interface OrderProps {
  instanceKey: string
  steps: TokenStep[]
  variables: Record<string, unknown>
  isPossible: boolean
  /** Joins at which it would then wait for ever: that has to be allowed. */
  stuck: readonly string[][] | undefined
  onClose: () => void
}

function Order({ instanceKey, steps, variables, isPossible, stuck = NOWHERE, onClose }: OrderProps) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const [allowsStuck, setAllowsStuck] = useState(false)
  const isStuck = stuck.length > 0
  const modify = useMutation({
    mutationFn: () => modifyInstance(instanceKey, { steps, variables, reason: reason.trim(), allowStuck: isStuck && allowsStuck }),
    onSuccess: async () => {
      notifications.show({ message: t('modify.done') })
      await queryClient.invalidateQueries({ queryKey: ['instances'] })
      await queryClient.invalidateQueries({ queryKey: ['incidents'] })
      onClose()
    },
  })
  return (
    <form
      className={classes.stack}
      onSubmit={(event) => {
        event.preventDefault()
        modify.mutate()
      }}
    >
      <TextInput className={classes.place} label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {isStuck && <Checkbox label={t('modify.allowStuck')} checked={allowsStuck} onChange={(event) => setAllowsStuck(event.currentTarget.checked)} />}
      {modify.error !== null && <Problem error={modify.error} />}
      <Group gap="sm">
        <Button type="submit" disabled={reason.trim() === '' || steps.length === 0 || !isPossible || (isStuck && !allowsStuck)} loading={modify.isPending}>
          {t('modify.apply', { count: steps.length + Object.keys(variables).length })}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
      </Group>
    </form>
  )
}
