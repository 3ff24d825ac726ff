/** What was understood of a sheet: its columns, each interpreted cell, the rules as FEEL. */
import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import type { ColumnRole, SheetColumn, SheetPreview, SheetRequest } from '../api/decisionTables'
import classes from './SheetPage.module.css'

const ROLES: ColumnRole[] = ['input', 'output', 'annotation', 'skip']
const TYPES = [
  'number',
  'string',
  'boolean',
  'date',
  'time',
  'date and time',
  'days and time duration',
  'years and months duration',
  'Any',
]
const SHOWN = 200

type Choices = NonNullable<SheetRequest['columns']>
type Choice = Choices[string]

interface ColumnChoicesProps {
  preview: SheetPreview
  choices: Choices
  onChoose: (letter: string, choice: Choice) => void
}

export function ColumnChoices({ preview, choices, onChoose }: ColumnChoicesProps) {
  const { t } = useTranslation('processes')
  const left = Object.entries(choices).filter(([letter, { role }]) => role === 'skip' && preview.columns.every((one) => one.letter !== letter))
  return (
    <section>
      <h2 className={classes.heading}>{t('sheet.columns')}</h2>
      <ul className={classes.columns}>
        {preview.columns.map((column) => (
          <li key={column.letter}>
            <strong>
              {column.letter} · {column.name}
            </strong>
            <ColumnChoice column={column} choice={choices[column.letter]} onChoose={(choice) => onChoose(column.letter, choice)} />
          </li>
        ))}
        {left.map(([letter, choice]) => (
          <li key={letter}>
            <strong>{letter}</strong>
            <RoleChoice letter={letter} value="skip" onRole={(role) => onChoose(letter, { ...choice, role })} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface ColumnChoiceProps {
  column: SheetColumn
  choice: Choice | undefined
  onChoose: (choice: Choice) => void
}

function ColumnChoice({ column, choice, onChoose }: ColumnChoiceProps) {
  const { t } = useTranslation('processes')
  return (
    <>
      <RoleChoice letter={column.letter} value={column.role} note={column.how === 'guessed' ? t('sheet.guessed') : undefined} onRole={(role) => onChoose({ ...choice, role })} />
      {column.role !== 'annotation' && (
        <Select
          size="xs"
          label={t('sheet.type')}
          description={column.is_type_inferred ? t('sheet.inferred') : undefined}
          inputWrapperOrder={['label', 'input', 'description']}
          data={TYPES}
          value={column.type_ref}
          allowDeselect={false}
          onChange={(type) => onChoose({ ...choice, type_ref: type })}
        />
      )}
    </>
  )
}

interface RoleChoiceProps {
  letter: string
  value: ColumnRole
  note?: string
  onRole: (role: ColumnRole) => void
}

function RoleChoice({ letter, value, note, onRole }: RoleChoiceProps) {
  const { t } = useTranslation('processes')
  return (
    <Select
      size="xs"
      label={t('sheet.role')}
      aria-label={`${t('sheet.role')} ${letter}`}
      description={note}
      inputWrapperOrder={['label', 'input', 'description']}
      data={ROLES.map((one) => ({ value: one, label: t(`sheet.roles.${one}`) }))}
      value={value}
      allowDeselect={false}
      onChange={(next) => onRole(next as ColumnRole)}
    />
  )
}

/** Nothing is changed silently: each cell that became something else. */
export function Interpretations({ preview }: { preview: SheetPreview }) {
  const { t } = useTranslation('processes')
  const { interpretations } = preview
  const shown = interpretations.slice(0, SHOWN)
  return (
    <section>
      <h2 className={classes.heading}>{t('sheet.interpreted', { count: interpretations.length })}</h2>
      {interpretations.length === 0 ? (
        <p className="tl-muted">{t('sheet.interpretedNone')}</p>
      ) : (
        <div className={classes.frame}>
          <table className={classes.table}>
            <thead>
              <tr>
                {(['cell', 'before', 'after', 'how'] as const).map((one) => (
                  <th key={one}>{t(`sheet.${one}`)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ cell, before, after, how }, index) => (
                <tr key={`${cell}-${index}`}>
                  <td>{cell}</td>
                  <td>{before}</td>
                  <td>
                    <code>{after}</code>
                  </td>
                  <td>{t(`sheet.hows.${how}`, { defaultValue: how })}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <More count={interpretations.length - shown.length} />
        </div>
      )}
    </section>
  )
}

export function RulePreview({ preview }: { preview: SheetPreview }) {
  const { t } = useTranslation('processes')
  const shown = preview.rules.slice(0, SHOWN)
  return (
    <section>
      <h2 className={classes.heading}>{t('sheet.rules', { count: preview.rules.length })}</h2>
      <div className={classes.frame}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>{preview.hit_policy}</th>
              {preview.columns.map((column) => (
                <th key={column.letter} data-role={column.role}>
                  {column.name} <small>{t(`sheet.roles.${column.role}`)}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((cells, index) => (
              <tr key={index}>
                <td>{index + 1}</td>
                {cells.map((text, column) => (
                  <td key={column}>
                    <code>{text}</code>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <More count={preview.rules.length - shown.length} />
      </div>
    </section>
  )
}

function More({ count }: { count: number }) {
  const { t } = useTranslation('processes')
  return count > 0 ? <p className="tl-muted">{t('sheet.more', { count })}</p> : null
}
