/** Variables to read: name and value, JSON folded into lines. */
import { useTranslation } from 'react-i18next'

import classes from './VariableTable.module.css'

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1)
}

export function VariableTable({ variables }: { variables: Record<string, unknown> }) {
  const { t } = useTranslation('shared')
  const entries = Object.entries(variables)
  if (entries.length === 0) return <p className="tl-muted">{t('variables.none')}</p>
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('variables.name')}</th>
          <th scope="col">{t('variables.value')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <pre>{shown(value)}</pre>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
