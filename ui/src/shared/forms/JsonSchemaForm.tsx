/** A form made of a JSON Schema; the same handle as a form of form-js. */
import { Checkbox, MultiSelect, Select, Textarea, TextInput } from '@mantine/core'
import { useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'

import type { FormHandle } from './FormView'
import { choiceText, entriesOf, fieldName, fieldsOf, problemOf, valuesOf, type Entry, type SchemaField } from './jsonSchema'
import classes from './JsonSchemaForm.module.css'

interface JsonSchemaFormProps {
  schema: Record<string, unknown>
  data: Record<string, unknown>
  mode?: 'edit' | 'read'
  onChange?: (data: Record<string, unknown>) => void
  ref?: Ref<FormHandle>
}

export function JsonSchemaForm({ schema, data, mode = 'edit', onChange, ref }: JsonSchemaFormProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema])
  // The data is where the form starts; later changes are the person's own.
  const [entries, setEntries] = useState(() => entriesOf(fields, data))
  const [isAsked, setAsked] = useState(false)
  const [refused, setRefused] = useState<Record<string, string>>({})
  const frame = useRef<HTMLDivElement>(null)
  const entryOf = (field: SchemaField): Entry => entries[fieldName(field)] ?? ''

  useImperativeHandle(ref, () => ({
    submit() {
      setAsked(true)
      setRefused({})
      const wrong = fields.find((field) => problemOf(field, entryOf(field)) !== null)
      if (wrong === undefined) return valuesOf(fields, entries)
      frame.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(fieldName(wrong))}"]`)?.focus()
      return null
    },
    mark: setRefused,
  }))

  function change(field: SchemaField, entry: Entry): void {
    const name = fieldName(field)
    const next = { ...entries, [name]: entry }
    setEntries(next)
    setRefused((before) => Object.fromEntries(Object.entries(before).filter(([each]) => each !== name)))
    if (fields.every((each) => problemOf(each, next[fieldName(each)] ?? '')?.key !== 'json')) onChange?.(valuesOf(fields, next))
  }

  return (
    <div ref={frame} className={classes.form}>
      {fields.map((field) => (
        <Field key={fieldName(field)} field={field} entry={entryOf(field)} mode={mode} isAsked={isAsked} refused={refused[fieldName(field)]} onChange={(entry) => change(field, entry)} />
      ))}
    </div>
  )
}

interface FieldProps {
  field: SchemaField
  entry: Entry
  mode: 'edit' | 'read'
  /** Whether an empty field is already wrong. */
  isAsked: boolean
  /** What the server says of it. */
  refused: string | undefined
  onChange: (entry: Entry) => void
}

function Field(props: FieldProps) {
  const { field, entry, mode, onChange } = props
  const common = useCommon(props)
  const isRead = mode === 'read'
  if (field.kind === 'boolean') return <Checkbox {...common} checked={entry === true} disabled={isRead} onChange={(event) => onChange(event.currentTarget.checked)} />
  if (field.kind === 'choice' || field.kind === 'choices') return <Choices {...props} />
  const own = { ...common, required: field.isRequired, readOnly: isRead, value: typeof entry === 'string' ? entry : '' }
  if (field.kind === 'long' || field.kind === 'json') return <Textarea {...own} autosize minRows={2} maxRows={12} onChange={(event) => onChange(event.currentTarget.value)} />
  return <TextInput {...own} {...LOOK[field.kind]} onChange={(event) => onChange(event.currentTarget.value)} />
}

const LOOK = {
  text: {},
  number: { inputMode: 'decimal' },
  integer: { inputMode: 'numeric' },
  date: { type: 'date' },
  time: { type: 'time' },
  email: { type: 'email' },
  'date-time': { type: 'datetime-local' },
} as const

/** What all kinds of fields have: label, help, what is wrong. */
function useCommon({ field, entry, isAsked, refused }: FieldProps) {
  const { t } = useTranslation('shared')
  const problem = problemOf(field, entry)
  const isShown = problem !== null && (isAsked || problem.key !== 'required')
  return {
    label: [...field.path.slice(0, -1), field.label].join(' · '),
    description: field.help === '' ? undefined : field.help,
    error: refused ?? (isShown ? t(`field.${problem.key}`, { limit: problem.limit }) : undefined),
    'data-field': fieldName(field),
  }
}

function Choices(props: FieldProps) {
  const { field, entry, mode, onChange } = props
  const own = {
    ...useCommon(props),
    required: field.isRequired,
    disabled: mode === 'read',
    data: field.choices.map((value) => ({ value, label: choiceText(value) })),
  }
  if (field.kind === 'choices') return <MultiSelect {...own} value={Array.isArray(entry) ? entry : []} onChange={onChange} />
  return <Select {...own} value={typeof entry === 'string' && entry !== '' ? entry : null} clearable={!field.isRequired} onChange={(value) => onChange(value ?? '')} />
}
