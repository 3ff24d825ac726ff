/** The field of one parameter, by its kind. */
import { FileInput, NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { useServerText } from '@/shared/i18n/serverTexts'

import type { Parameter } from '../api/analyses'
import { logsQuery, mapQuery, type LogDetail } from '../api/logs'
import type { ParameterValue } from '../filters'

interface ParameterFieldProps {
  log: LogDetail
  parameter: Parameter
  value: ParameterValue | undefined
  onChange: (value: ParameterValue | undefined) => void
  /** The text of the chosen file; empty: none. */
  onDocument: (text: string) => void
}

/** Parameters whose value is one activity of the log. */
const NAMES_ACTIVITY = ['activity', 'failure']

export function ParameterField({ log, parameter, value, onChange, onDocument }: ParameterFieldProps) {
  const { t } = useTranslation('mining')
  const say = useServerText()
  const { name, kind, choices, is_required: required } = parameter
  const common = { size: 'xs', label: say(parameter.help).replace(/[.。]$/, ''), required } as const
  const text = typeof value === 'string' ? value : ''
  switch (kind) {
    case 'integer':
    case 'number':
      return <NumberField parameter={parameter} label={common.label} value={value} onChange={onChange} />
    case 'boolean':
      return <Switch size="xs" label={common.label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
    case 'choice': {
      const data = choices.map((choice) => ({ value: choice, label: t(`analysis.choice.${choice}`, { defaultValue: choice }) }))
      return <Select {...common} allowDeselect={false} data={data} value={text || null} onChange={(next) => onChange(next ?? undefined)} />
    }
    case 'list':
      return <TagsInput {...common} acceptValueOnBlur value={Array.isArray(value) ? value : []} onChange={onChange} />
    case 'document':
      return <FileInput {...common} clearable placeholder={t('analysis.chooseFile')} onChange={(file) => void textOf(file).then(onDocument)} />
    case 'log':
      return <LogField log={log} label={common.label} value={text} onChange={onChange} />
    default:
      if (NAMES_ACTIVITY.includes(name)) return <ActivityField log={log} label={common.label} value={text} onChange={onChange} />
      return <TextInput {...common} value={text} onChange={(event) => onChange(event.currentTarget.value)} />
  }
}

async function textOf(file: File | null): Promise<string> {
  return file === null ? '' : file.text()
}

type NumberFieldProps = Pick<ParameterFieldProps, 'parameter' | 'value' | 'onChange'> & { label: string }

function NumberField({ parameter, label, value, onChange }: NumberFieldProps) {
  const { kind, least, most, is_required: required } = parameter
  const isShare = kind === 'number' && most !== null && most <= 1
  return (
    <NumberInput
      size="xs"
      label={label}
      required={required}
      min={least ?? undefined}
      max={most ?? undefined}
      step={isShare ? 0.05 : 1}
      allowDecimal={kind === 'number'}
      value={typeof value === 'number' ? value : ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
    />
  )
}

/** The other logs of this folder. */
function LogField({ log, label, value, onChange }: { log: LogDetail; label: string; value: string; onChange: (value: string | undefined) => void }) {
  const logs = useQuery(logsQuery)
  const others = (logs.data?.items ?? []).filter((one) => one.log_id !== log.log_id).map((one) => ({ value: one.log_id, label: one.name }))
  return <Select size="xs" label={label} searchable clearable data={others} value={value === '' ? null : value} onChange={(next) => onChange(next ?? '')} />
}

function ActivityField({ log, label, value, onChange }: { log: LogDetail; label: string; value: string; onChange: (value: string | undefined) => void }) {
  const whole = useQuery(mapQuery(log.log_id, {}, { activity_share: 1, edge_share: 0 }))
  const known = [...new Set([...(whole.data?.nodes ?? []).map((node) => node.activity), ...(value === '' ? [] : [value])])]
  return <Select size="xs" label={label} searchable clearable data={known} value={value === '' ? null : value} onChange={(next) => onChange(next ?? '')} />
}
