/** Cells of an analysis' table as people read them: a column "… s" holds durations, "share …" shares, or each row says it. */
import { formatNumber, formatShare } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'

import type { AnalysisResult } from './api/analyses'

export type Table = AnalysisResult['tables'][number]
export type Cell = Table['rows'][number][number]

const SECONDS = ' s'
const LEAST = 0.001

/** The column's name without its unit, which stands in its cells. */
export function headingOf(column: string): string {
  return column.endsWith(SECONDS) ? column.slice(0, -SECONDS.length) : column
}

/** The unit that a row says for its cells; nothing where the column says it. */
export function unitOf(table: Table, row: number, column: string): string {
  return table.measured.includes(column) ? (table.units[row] ?? '') : ''
}

/** Numbers in the reader's form, with no more places than they carry meaning. *unit*: as the row says it. */
export function cellText(cell: Cell, column: string, language: string, unit = ''): string {
  if (cell === null || cell === undefined) return '–'
  if (typeof cell === 'number') return numberText(cell, column, language, unit)
  if (Array.isArray(cell)) return cell.map((each) => cellText(each as Cell, column, language)).join(' › ')
  return typeof cell === 'object' ? JSON.stringify(cell) : `${cell}`
}

function numberText(value: number, column: string, language: string, unit: string): string {
  if (unit === 'share') return formatShare(value, language, 1)
  if (unit === 's' || column.endsWith(SECONDS)) return formatDuration(value, language) || '0'
  if (/^(share|coverage)/.test(column) && value >= 0 && value <= 1) return formatShare(value, language, 1)
  if (value !== 0 && Math.abs(value) < LEAST) return `< ${formatNumber(LEAST, language, 3)}`
  return formatNumber(value, language, Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 3 : 1)
}
