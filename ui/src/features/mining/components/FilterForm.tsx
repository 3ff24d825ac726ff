/** The form of one condition, made from the table of kinds. */
import { Button, MultiSelect, NumberInput, SegmentedControl, Select, Switch, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Problem } from '@/shared/ui/Problem'

import { mapQuery, type LogDetail } from '../api/logs'
import { specOf, stepOfDraft, type AttributeTest, type Draft, type Entry, type FieldSpec } from '../filterKinds'
import type { FilterStep } from '../filterSteps'
import { zoneOf } from '../hooks/useLogView'
import { AttributeField } from './AttributeField'
import classes from './FilterBar.module.css'

interface FilterFormProps {
  log: LogDetail
  initial: Draft
  isNew: boolean
  onDone: (step: FilterStep) => void
}

export function FilterForm({ log, initial, isNew, onDone }: FilterFormProps) {
  const { t } = useTranslation('mining')
  const [draft, setDraft] = useState(initial)
  const spec = specOf(draft.kind)
  const step = stepOfDraft(draft, zoneOf(log))

  function apply(event: FormEvent): void {
    event.preventDefault()
    if (step !== null) onDone(step)
  }

  return (
    <form className={classes.form} onSubmit={apply}>
      <p className={classes.help}>{t(`filter.help.${draft.kind}`, { zone: zoneOf(log) })}</p>
      {spec.fields.map((field, index) => (
        <Field
          key={field.name}
          log={log}
          kind={draft.kind}
          field={field}
          hasFocus={index === 0}
          value={draft.values[field.name]}
          onChange={(value) => setDraft({ ...draft, values: { ...draft.values, [field.name]: value } })}
        />
      ))}
      {spec.isPlain !== true && (
        <Switch
          size="xs"
          label={t(spec.group === 'events' ? 'filter.otherEvents' : 'filter.otherCases')}
          checked={draft.isNegated}
          onChange={(event) => setDraft({ ...draft, isNegated: event.currentTarget.checked })}
        />
      )}
      <Button type="submit" disabled={step === null}>
        {t(isNew ? 'filter.apply' : 'filter.save')}
      </Button>
    </form>
  )
}

interface FieldProps {
  log: LogDetail
  kind: Draft['kind']
  field: FieldSpec
  hasFocus: boolean
  value: Entry
  onChange: (value: Entry) => void
}

function Field({ log, kind, field, hasFocus, value, onChange }: FieldProps): ReactNode {
  const { t } = useTranslation('mining')
  const label = t(`filter.field.${kind}.${field.name}`, { defaultValue: t(`filter.field.${field.name}`) })
  const common = { size: 'xs', label, 'data-autofocus': hasFocus || undefined, required: field.isRequired } as const
  switch (field.form) {
    case 'activities':
      return <Activities log={log} label={label} isRequired={field.isRequired === true} hasFocus={hasFocus} value={value} onChange={onChange} />
    case 'texts':
      return <TagsInput {...common} value={listOf(value)} onChange={onChange} acceptValueOnBlur splitChars={[',']} />
    case 'firstDay':
    case 'lastDay':
      return <TextInput {...common} type="date" value={textOf(value)} onChange={(event) => onChange(event.currentTarget.value || undefined)} />
    case 'count':
    case 'percent':
    case 'seconds':
      return <Amount field={field} label={label} hasFocus={hasFocus} value={typeof value === 'number' ? value : undefined} onChange={onChange} />
    case 'choice':
      return <Choice field={field} kind={kind} label={label} value={value} onChange={onChange} />
    case 'attribute':
      return <AttributeField log={log} value={value as AttributeTest | undefined} onChange={onChange} />
  }
}

function listOf(value: Entry): string[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: Entry): string {
  return typeof value === 'string' ? value : ''
}

interface AmountProps {
  field: FieldSpec
  label: string
  hasFocus: boolean
  value: number | undefined
  onChange: (value: number | undefined) => void
}

function Amount({ field, label, hasFocus, value, onChange }: AmountProps) {
  if (field.form === 'seconds') return <DurationField label={label} value={value} onChange={onChange} />
  const range = field.form === 'percent' ? { min: 0.01, max: 100, suffix: ' %' } : { min: field.name === 'seed' ? 0 : 1, max: 2 ** 31, allowDecimal: false }
  return (
    <NumberInput
      size="xs"
      label={label}
      required={field.isRequired}
      data-autofocus={hasFocus || undefined}
      {...range}
      value={value ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
    />
  )
}

function Choice({ field, kind, label, value, onChange }: { field: FieldSpec; kind: Draft['kind']; label: string; value: Entry; onChange: (value: Entry) => void }) {
  const { t } = useTranslation('mining')
  const choices = field.choices ?? []
  const data = choices.map((choice) => ({ value: choice, label: t(`filter.choice.${kind}.${choice}`) }))
  const chosen = typeof value === 'string' ? value : (choices[0] ?? '')
  if (choices.length <= 2) return <SegmentedControl size="xs" fullWidth aria-label={label} data={data} value={chosen} onChange={onChange} />
  return <Select size="xs" label={label} allowDeselect={false} data={data} value={chosen} onChange={(next) => onChange(next ?? undefined)} />
}

interface ActivitiesProps {
  log: LogDetail
  label: string
  isRequired: boolean
  hasFocus: boolean
  value: Entry
  onChange: (value: string[]) => void
}

function Activities({ log, label, isRequired, hasFocus, value, onChange }: ActivitiesProps) {
  const { t } = useTranslation('mining')
  const whole = useQuery(mapQuery(log.log_id, {}, { activity_share: 1, edge_share: 0 }))
  const chosen = listOf(value)
  // What an address names is offered too, also where this log has no such activity.
  const known = [...new Set([...(whole.data?.nodes ?? []).map((node) => node.activity), ...chosen])]
  return (
    <>
      <MultiSelect
        size="xs"
        label={label}
        required={isRequired}
        data-autofocus={hasFocus || undefined}
        searchable
        clearable
        hidePickedOptions
        placeholder={chosen.length === 0 ? t('filter.chooseActivity') : undefined}
        nothingFoundMessage={t('filter.noActivity')}
        data={known}
        value={chosen}
        onChange={onChange}
      />
      {whole.error !== null && <Problem error={whole.error} />}
    </>
  )
}

const UNITS = { minutes: 60, hours: 3600, days: 86_400 } as const
type Unit = keyof typeof UNITS
const UNIT_NAMES = Object.keys(UNITS) as Unit[]

/** The largest unit that says it without a fraction. */
function unitOf(seconds: number | undefined): Unit {
  if (seconds === undefined) return 'days'
  return UNIT_NAMES.findLast((unit) => seconds % UNITS[unit] === 0) ?? 'minutes'
}

function DurationField({ label, value, onChange }: { label: string; value: number | undefined; onChange: (seconds: number | undefined) => void }) {
  const { t } = useTranslation('mining')
  const [unit, setUnit] = useState<Unit>(unitOf(value))
  const amount = value === undefined ? '' : value / UNITS[unit]
  return (
    <div className={classes.duration}>
      <NumberInput size="xs" label={label} min={0} value={amount} onChange={(next) => onChange(typeof next === 'number' ? next * UNITS[unit] : undefined)} />
      <Select
        size="xs"
        aria-label={t('filter.unitOf', { field: label })}
        allowDeselect={false}
        data={UNIT_NAMES.map((one) => ({ value: one, label: t(`filter.unit.${one}`) }))}
        value={unit}
        onChange={(next) => {
          const chosen = UNIT_NAMES.find((one) => one === next) ?? unit
          setUnit(chosen)
          if (typeof amount === 'number') onChange(amount * UNITS[chosen])
        }}
      />
    </div>
  )
}
