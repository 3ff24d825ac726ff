/** Variables as a plain list, for tasks without a form and for operators: name, type, value. */
import { ActionIcon, Button, Select, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'

import classes from './VariableEditor.module.css'
import { rowProblems, VARIABLE_TYPES, type VariableRow, type VariableType } from './variables'

interface VariableEditorProps {
  rows: VariableRow[]
  onChange: (rows: VariableRow[]) => void
  /** `fixed`: the names stay as they are. */
  names?: 'free' | 'fixed'
}

export function VariableEditor({ rows, onChange, names = 'free' }: VariableEditorProps) {
  const { t } = useTranslation('shared')
  const problems = rowProblems(rows)

  function change(index: number, part: Partial<VariableRow>): void {
    onChange(rows.map((row, at) => (at === index ? { ...row, ...part } : row)))
  }

  return (
    <div className={classes.editor}>
      {rows.length === 0 && <p className="tl-muted">{t('variables.none')}</p>}
      {rows.map((row, index) => {
        const problem = problems[index] ?? null
        const error = problem === null ? undefined : t(`variables.${problem}`)
        const isNameWrong = problem === 'noName' || problem === 'twice'
        return (
          <div key={index} className={classes.row}>
            <TextInput
              aria-label={t('variables.name')}
              placeholder={t('variables.name')}
              value={row.name}
              readOnly={names === 'fixed'}
              error={isNameWrong ? error : undefined}
              onChange={(event) => change(index, { name: event.currentTarget.value })}
            />
            <Select
              aria-label={`${t('variables.type')}: ${row.name}`}
              data={VARIABLE_TYPES.map((type) => ({ value: type, label: t(`variables.types.${type}`) }))}
              value={row.type}
              allowDeselect={false}
              onChange={(type) => change(index, { type: (type as VariableType | null) ?? 'text' })}
            />
            <div className={classes.value}>
              <Value row={row} error={isNameWrong ? undefined : error} onChange={(text) => change(index, { text })} />
            </div>
            {names === 'free' && (
              <ActionIcon
                size={34}
                aria-label={t('variables.remove', { name: row.name })}
                onClick={() => onChange(rows.filter((_, at) => at !== index))}
              >
                <Icon name="trash" />
              </ActionIcon>
            )}
          </div>
        )
      })}
      {names === 'free' && (
        <div>
          <Button
            variant="subtle"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => onChange([...rows, { name: '', type: 'text', text: '' }])}
          >
            {t('variables.add')}
          </Button>
        </div>
      )}
    </div>
  )
}

function Value({ row, error, onChange }: { row: VariableRow; error?: string; onChange: (text: string) => void }) {
  const { t } = useTranslation('shared')
  const label = `${t('variables.value')}: ${row.name}`
  if (row.type === 'null') return <TextInput aria-label={label} value="—" readOnly />
  if (row.type === 'boolean')
    return (
      <Select
        aria-label={label}
        data={[
          { value: 'true', label: t('yes') },
          { value: 'false', label: t('no') },
        ]}
        value={row.text === 'true' ? 'true' : 'false'}
        allowDeselect={false}
        onChange={(text) => onChange(text ?? 'false')}
      />
    )
  if (row.type === 'json')
    return (
      <Textarea
        aria-label={label}
        value={row.text}
        error={error}
        autosize
        maxRows={12}
        classNames={{ input: classes.code }}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  return (
    <TextInput
      aria-label={label}
      value={row.text}
      error={error}
      inputMode={row.type === 'number' ? 'decimal' : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
