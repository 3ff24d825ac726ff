/** The ways that cases take, most frequent first; chosen ones become the filter. */
import { Button, Checkbox } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { sequential } from '@/shared/theme/theme'
import { Icon } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'

import { variantsQuery, type LogDetail, type Variant } from '../api/logs'
import { queryText, withFilter, type LogQuery } from '../filters'
import { casesThat } from '../filterSteps'
import { useAddFilter, useGo } from '../hooks/useLogView'
import { NoCases } from './LogPage'
import { FileLink } from './FileLink'
import { Looked } from './Looked'
import { FilterButton } from './FilterButton'
import classes from './Variants.module.css'

const STEP = 50

export function VariantsTab({ log, query }: { log: LogDetail; query: LogQuery }) {
  const [limit, setLimit] = useState(STEP)
  // One more than shown tells whether there are more.
  const variants = useQuery({ ...variantsQuery(log.log_id, query, limit + 1), retry: false, placeholderData: keepPreviousData })
  return (
    <Looked query={variants} logId={log.log_id} look="variants">
      {(rows) =>
        rows.length === 0 ? <NoCases /> : <List log={log} query={query} rows={rows.slice(0, limit)} onMore={rows.length > limit ? () => setLimit(limit * 4) : null} />
      }
    </Looked>
  )
}

interface ListProps {
  log: LogDetail
  query: LogQuery
  rows: Variant[]
  onMore: (() => void) | null
}

function List({ log, query, rows, onMore }: ListProps) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const go = useGo()
  const add = useAddFilter()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const most = rows[0]?.share ?? 1

  function toggle(id: string): void {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }

  function apply(): void {
    go((before) => withFilter(before, casesThat({ type: 'variant', variants: [...chosen] })))
    setChosen(new Set())
  }

  return (
    <Panel
      title={t('variants.title')}
      padding="none"
      actions={
        <>
          {chosen.size > 0 && (
            <Button leftSection={<Icon name="filter" size={14} />} onClick={apply}>
              {t('variants.filter', { count: chosen.size })}
            </Button>
          )}
          <FileLink href={`/api/v1/logs/${log.log_id}/variants.csv${queryText(query)}`} file="variants.csv" label="CSV" />
        </>
      }
    >
      <table className={classes.table} aria-label={t('variants.title')}>
        <thead>
          <tr>
            <th scope="col">
              <span className={classes.hidden}>{t('variants.choose')}</span>
            </th>
            <th scope="col">{t('variants.sequence')}</th>
            <th scope="col" data-align="end">
              {t('count.cases')}
            </th>
            <th scope="col" data-align="end">
              {t('share')}
            </th>
            <th scope="col" data-align="end">
              {t('variants.cumulative')}
            </th>
            <th scope="col" data-align="end">
              {t('durations.median')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.variant_id} data-chosen={chosen.has(row.variant_id) || undefined}>
              <td>
                <Checkbox size="xs" checked={chosen.has(row.variant_id)} aria-label={t('variants.chooseOne', { number: index + 1 })} onChange={() => toggle(row.variant_id)} />
              </td>
              <td className={classes.way}>
                <span className={classes.head}>
                  <Sequence activities={row.activities} />
                  <FilterButton label={t('variants.only', { number: index + 1 })} onClick={() => add(casesThat({ type: 'variant', variants: [row.variant_id] }))} />
                </span>
                <span className={classes.track} aria-hidden="true">
                  <span style={{ width: `${(100 * row.share) / most}%`, background: sequential[3] }} />
                </span>
              </td>
              <td data-align="end" data-label={t('count.cases')}>
                {formatNumber(row.cases, language)}
              </td>
              <td data-align="end" data-label={t('share')}>
                {formatShare(row.share, language, 1)}
              </td>
              <td data-align="end" data-label={t('variants.cumulative')}>
                {formatShare(row.cumulative_share, language, 1)}
              </td>
              <td data-align="end" data-label={t('durations.median')}>
                {row.median_s === null ? '–' : formatDuration(row.median_s, language) || '0'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {onMore !== null && (
        <div className={classes.more}>
          <Button variant="subtle" onClick={onMore}>
            {t('shared:action.showMore')}
          </Button>
        </div>
      )}
    </Panel>
  )
}

const SHOWN = 14

/** Activities in their order; a step repeated at once is told by a count. */
function Sequence({ activities }: { activities: string[] }) {
  const { t } = useTranslation('mining')
  const [isWhole, setWhole] = useState(false)
  const runs = runsOf(activities)
  const shown = isWhole ? runs : runs.slice(0, SHOWN)
  return (
    <ol className={classes.sequence}>
      {shown.map(({ activity, times }, index) => (
        <li key={index} title={activity}>
          <span>{activity}</span>
          {times > 1 && <b> ×{times}</b>}
        </li>
      ))}
      {runs.length > SHOWN && (
        <li className={classes.rest}>
          <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? t('fewer') : t('more', { count: runs.length - SHOWN })}
          </button>
        </li>
      )}
    </ol>
  )
}

function runsOf(activities: string[]): { activity: string; times: number }[] {
  const runs: { activity: string; times: number }[] = []
  for (const activity of activities) {
    const last = runs.at(-1)
    if (last?.activity === activity) last.times += 1
    else runs.push({ activity, times: 1 })
  }
  return runs
}
