/** A ranked table whose first column carries a bar: amounts to compare at a glance, numbers to read beside. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { sequential } from '@/shared/theme/theme'

import type { FilterStep } from '../filterSteps'
import { useAddFilter } from '../hooks/useLogView'
import { FilterButton } from './FilterButton'

import classes from './BarList.module.css'

export interface BarRow {
  key: string
  name: string
  note?: string
  /** Length of the bar, 0 to 1. */
  share: number
  /** Under the second and further heads. */
  values: string[]
  /** What a click on the row's funnel keeps. */
  filter?: FilterStep
}

interface BarListProps {
  label: string
  heads: string[]
  rows: BarRow[]
  /** More rows than this wait behind a button. */
  limit?: number
}

function AddFilter({ name, step }: { name: string; step: FilterStep }) {
  const { t } = useTranslation('mining')
  const add = useAddFilter()
  return <FilterButton label={t('filter.byThis', { name })} onClick={() => add(step)} />
}

export function BarList({ label, heads, rows, limit = 8 }: BarListProps) {
  const { t } = useTranslation('mining')
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? rows : rows.slice(0, limit)
  return (
    <>
      <table className={classes.list} aria-label={label}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <span className={classes.name}>
                  {row.name}
                  {row.filter !== undefined && <AddFilter name={row.name} step={row.filter} />}
                </span>
                {row.note !== undefined && row.note !== '' && <span className={classes.note}>{row.note}</span>}
                <span className={classes.track} aria-hidden="true">
                  <span className={classes.bar} style={{ width: `${Math.min(100, 100 * row.share)}%`, background: sequential[3] }} />
                </span>
              </th>
              {row.values.map((value, index) => (
                <td key={heads[index + 1]}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > limit && (
        <button type="button" className={classes.more} aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('fewer') : t('more', { count: rows.length - limit })}
        </button>
      )}
    </>
  )
}
