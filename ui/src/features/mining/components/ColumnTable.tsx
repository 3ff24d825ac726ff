/** The file's columns, one row each: name, type, first values, and the role that it plays. */
import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'

import type { ColumnMapping, LogSniff } from '../api/logs'
import { PARTS, REQUIRED, ROLES, roleOf, type Role } from '../mapping'
import classes from './Import.module.css'
import { Confidence } from './MappingForm'

interface ColumnTableProps {
  columns: LogSniff['columns']
  confidence: Record<string, number>
  recognised: ColumnMapping
  mapping: ColumnMapping
  onRole: (column: string, role: Role) => void
}

/** Columns that play a part first, in the order of the parts: what must be checked stands on top. */
function sorted(columns: LogSniff['columns'], recognised: ColumnMapping): LogSniff['columns'] {
  const rank = ({ name }: { name: string }): number => {
    const at = PARTS.findIndex((part) => recognised[part] === name)
    return at === -1 ? PARTS.length : at
  }
  return [...columns].sort((one, other) => rank(one) - rank(other))
}

export function ColumnTable({ columns, confidence, recognised, mapping, onRole }: ColumnTableProps) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const options = ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))
  const hasSamples = columns.some(({ samples }) => samples.length > 0)
  return (
    <table className={classes.columns}>
      <thead>
        <tr>
          <th scope="col">{t('mapping.column')}</th>
          {hasSamples && <th scope="col">{t('mapping.values')}</th>}
          <th scope="col">{t('mapping.role')}</th>
        </tr>
      </thead>
      <tbody>
        {sorted(columns, recognised).map((column) => {
          const role = roleOf(mapping, column.name)
          const share = confidence[role]
          const isRecognised = roleOf(recognised, column.name) === role
          return (
            <tr key={column.name} data-role={REQUIRED.some((part) => part === role) ? 'required' : role === 'none' ? 'none' : undefined}>
              <th scope="row">
                <code>{column.name}</code>
                <span className={classes.type}>
                  {column.type !== '' && t(`mapping.type.${column.type}`, { defaultValue: column.type })}
                  {column.missing_share > 0 && ` · ${t('mapping.missing', { share: formatShare(column.missing_share, language, 1) })}`}
                </span>
              </th>
              {hasSamples && (
                <td className={classes.samples}>
                  {column.samples.slice(0, 3).map((sample, index) => (
                    <code key={index}>{sample}</code>
                  ))}
                </td>
              )}
              <td>
                <div className={classes.role}>
                  <NativeSelect
                    size="xs"
                    aria-label={t('mapping.roleOf', { column: column.name })}
                    data={options}
                    value={role}
                    onChange={(event) => onRole(column.name, event.currentTarget.value as Role)}
                  />
                  {isRecognised && share !== undefined && <Confidence share={share} />}
                </div>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
