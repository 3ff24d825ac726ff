/**
 * Rows from a spreadsheet: text with tabs, or CSV. With a heading, columns are found by name, whatever their order; a
 * column for what to expect is called `expected`, `expected NAME` or like the output. Without one, cells go to the
 * columns from the one on where they were pasted.
 */
import { feelOf, type DecisionField } from '@/shared/dmn/fieldText'

import type { TestReport } from '../api/tests'
import type { Side, TestCase } from './edits'

export interface Column {
  side: Side
  field: DecisionField
}

export function columnsOf({ interface: { inputs, outputs } }: TestReport): Column[] {
  return [
    ...inputs.map((field): Column => ({ side: 'inputs', field })),
    ...outputs.map((field): Column => ({ side: 'expected', field })),
  ]
}

/** Cells of a text; a quoted cell may hold separators and line breaks. */
export function cellsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  const end = (): void => {
    rows.at(-1)?.push(cell)
    cell = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at)
    if (isQuoted) {
      if (letter !== '"') cell += letter
      else if (text.charAt(at + 1) === '"') {
        cell += '"'
        at += 1
      } else isQuoted = false
    } else if (letter === '"' && cell === '') isQuoted = true
    else if (letter === separator) end()
    else if (letter === '\n') {
      end()
      rows.push([])
    } else if (letter !== '\r') cell += letter
  }
  end()
  return rows.filter((row) => row.some((each) => each.trim() !== ''))
}

/** The separator that the first line uses most. */
export function separatorOf(text: string): string {
  const head = text.split('\n', 1)[0] ?? ''
  const count = (separator: string): number => head.split(separator).length
  return ['\t', ';', ','].reduce((best, each) => (count(each) > count(best) ? each : best))
}

function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase()
}

function isFor(heading: string, { side, field }: Column, decision: string): boolean {
  const name = plain(field.name === '' ? decision : field.name)
  if (side === 'inputs') return heading === name
  return heading === `expected ${name}` || heading === name || (field.name === '' && heading === 'expected')
}

/** For each cell of the heading its column; null when the first row is no heading. */
function headingOf(row: readonly string[], columns: readonly Column[], decision: string): (Column | 'name' | null)[] | null {
  const found = row.map((cell) => {
    const heading = plain(cell)
    return columns.find((column) => isFor(heading, column, decision)) ?? (heading === 'name' ? 'name' : null)
  })
  return found.some((each) => each !== null && each !== 'name') ? found : null
}

interface Target {
  columns: readonly Column[]
  /** Name of the decision. */
  decision: string
  /** Where the first cell goes when there is no heading. */
  from?: number
}

/** What each row sets; `undefined` where it says nothing. */
export function casesOf(rows: readonly string[][], { columns, decision, from = 0 }: Target): Partial<TestCase>[] {
  const heading = headingOf(rows[0] ?? [], columns, decision)
  const at = heading ?? columns.slice(from)
  return rows.slice(heading === null ? 0 : 1).map((row) => {
    const made = { name: '', inputs: {} as Record<string, string>, expected: {} as Record<string, string> }
    row.forEach((cell, index) => {
      const column = at[index]
      if (column === 'name') made.name = cell.trim()
      else if (column !== undefined && column !== null) {
        const feel = feelOf(column.field.kind, cell)
        if (feel !== '') made[column.side][column.field.name] = feel
      }
    })
    return made
  })
}

/** *made* laid over the cases from *at* on; rows beyond the last one are new. */
export function laidOver(cases: readonly TestCase[], made: readonly Partial<TestCase>[], at: number): { kept: TestCase[]; more: Partial<TestCase>[] } {
  const kept = cases.map((each, index) => {
    const over = made[index - at]
    if (index < at || over === undefined) return each
    return {
      ...each,
      name: over.name === undefined || over.name === '' ? each.name : over.name,
      inputs: { ...each.inputs, ...over.inputs },
      expected: { ...each.expected, ...over.expected },
    }
  })
  return { kept, more: made.slice(cases.length - at) }
}
