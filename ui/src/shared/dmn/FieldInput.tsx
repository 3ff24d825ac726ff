/**
 * One value of a decision: a choice where the allowed values are known, a date, or a text. The value is FEEL text; what
 * a person writes is kept as written as long as it means the value (see `fieldText.ts`).
 */
import { useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './FieldInput.module.css'
import { feelOf, shownOf, type DecisionField } from './fieldText'

interface FieldInputProps {
  field: DecisionField
  /** FEEL text; empty for no value. */
  value: string
  label: string
  id?: string
  isWrong?: boolean
  onChange: (feel: string) => void
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
}

export function FieldInput({ field, value, label, id, isWrong = false, onChange, onKeyDown }: FieldInputProps) {
  const { t } = useTranslation('shared')
  const [written, setWritten] = useState<string | null>(null)
  const kind = field.kind
  const shown = written !== null && feelOf(kind, written) === value ? written : shownOf(kind, value)
  const common = { id, 'aria-label': label, 'aria-invalid': isWrong || undefined, className: classes.input, onKeyDown }

  if (field.choices.length > 0 && (value === '' || field.choices.includes(value)))
    return (
      <select {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">–</option>
        {field.choices.map((choice) => (
          <option key={choice} value={choice}>
            {shownOf(kind, choice)}
          </option>
        ))}
      </select>
    )
  const isDay = kind === 'date' && !shown.startsWith('=')
  return (
    <input
      {...common}
      type={isDay ? 'date' : 'text'}
      inputMode={kind === 'number' ? 'decimal' : undefined}
      autoComplete="off"
      spellCheck={false}
      data-kind={kind}
      placeholder={kind === 'feel' ? t('dmn.feel') : undefined}
      value={shown}
      onChange={(event) => {
        setWritten(event.currentTarget.value)
        onChange(feelOf(kind, event.currentTarget.value))
      }}
    />
  )
}
