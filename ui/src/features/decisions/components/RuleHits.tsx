/** What processes asked this version, and how often each rule answered. */
import { useTranslation } from 'react-i18next'

import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { formatNumber, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'

import type { DecisionDetail } from '../api/decisions'
import classes from './decisions.module.css'

interface RuleRow {
  number: number
  annotation: string
  hits: number
}

export function RuleHits({ detail: { interface: decision, hits } }: { detail: DecisionDetail }) {
  const { t } = useTranslation('decisions')
  const language = useLanguage()
  if (hits.evaluations === 0) return <Empty icon="chart" title={t('hits.none')} text={t('hits.noneText')} />
  const rows = decision.rules.map(({ number, annotation }): RuleRow => ({ number, annotation, hits: hits.rules[number] ?? 0 }))
  const columns: DataColumn<RuleRow>[] = [
    { id: 'rule', header: t('hits.rule'), sortValue: (row) => row.number, cell: (row) => row.number },
    { id: 'annotation', header: t('hits.annotation'), hideBelow: 'phone', cell: (row) => row.annotation },
    { id: 'hits', header: t('hits.count'), align: 'end', sortValue: (row) => row.hits, cell: (row) => formatNumber(row.hits, language) },
    {
      id: 'share',
      header: t('hits.share'),
      align: 'end',
      sortValue: (row) => row.hits,
      cell: (row) => (row.hits === 0 ? <span className={classes.never}>{t('hits.never')}</span> : formatShare(row.hits / hits.evaluations, language, 1)),
    },
  ]
  return (
    <>
      <p className={classes.facts}>
        <span>{t('hits.evaluations', { count: hits.evaluations })}</span>
        {hits.unmatched > 0 && <span className={classes.never}>{t('hits.unmatched', { count: hits.unmatched })}</span>}
        <span className="tl-muted">{t('hits.days', { first: hits.first_day ?? '', last: hits.last_day ?? '' })}</span>
      </p>
      {rows.length > 0 && <DataTable label={t('hits.title')} columns={columns} rows={rows} rowKey={(row) => `${row.number}`} />}
    </>
  )
}
