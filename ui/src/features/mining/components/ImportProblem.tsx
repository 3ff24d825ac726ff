/** Why an import was refused. Rows that cannot be read come as a table: row, column, value, reason. */
import { useTranslation } from 'react-i18next'

import { ApiError, type Finding } from '@/shared/api/problem'
import { findingText } from '@/shared/i18n/problemTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Problem } from '@/shared/ui/Problem'

import classes from './Import.module.css'

export function ImportProblem({ error }: { error: ApiError }) {
  const { t } = useTranslation('mining')
  const findings = error.problem.findings ?? []
  const rows = findings.filter((finding) => finding.parameters?.row !== undefined)
  if (rows.length === 0) return <Problem error={error} />
  const rest = { ...error.problem, findings: findings.filter((finding) => !rows.includes(finding)) }
  return (
    <Problem error={new ApiError(rest)}>
      <div className={classes.examples}>
        <table>
          <caption>{t('import.examples', { count: rows.length })}</caption>
          <thead>
            <tr>
              {(['row', 'column', 'value', 'reason'] as const).map((head) => (
                <th key={head} scope="col">
                  {t(`import.bad.${head}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((finding) => (
              <Row key={`${finding.parameters?.row} ${finding.parameters?.column} ${finding.rule}`} finding={finding} />
            ))}
          </tbody>
        </table>
      </div>
    </Problem>
  )
}

function Row({ finding }: { finding: Finding }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { row, column, value } = finding.parameters ?? {}
  return (
    <tr>
      <td className="tl-number">{row}</td>
      <td>{column}</td>
      <td>{value === undefined || value === '' ? <span className="tl-muted">{t('import.bad.empty')}</span> : <code>{value}</code>}</td>
      <td>{t(`import.reason.${finding.rule}`, { defaultValue: findingText(finding, t, language).message })}</td>
    </tr>
  )
}
