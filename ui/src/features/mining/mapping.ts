/** Which column plays which part, as a person sees it: one role per column. The server's mapping is by part. */
import type { ColumnMapping } from './api/logs'

/** Parts that one column at most plays, in the order in which a person thinks of them. */
export const PARTS = [
  'case', 'activity', 'timestamp', 'start_timestamp', 'resource', 'role', 'lifecycle', 'instance', 'event_id', 'time_of_day', 'start_time_of_day',
] as const
export type Part = (typeof PARTS)[number]
export const REQUIRED: readonly Part[] = ['case', 'activity', 'timestamp']

export const LEVELS = ['auto', 'case', 'event'] as const
type Level = (typeof LEVELS)[number]

export type Role = Part | `attribute-${Level}` | 'none'
export const ROLES: readonly Role[] = [...PARTS, 'attribute-auto', 'attribute-case', 'attribute-event', 'none']

export function roleOf(mapping: ColumnMapping, column: string): Role {
  const part = PARTS.find((each) => mapping[each] === column)
  if (part !== undefined) return part
  const level = mapping.attributes?.[column]
  return level === undefined ? 'none' : `attribute-${level}`
}

/** Gives *column* a role. The column that had the part before becomes an attribute, so that nothing is lost unseen. */
export function withRole(mapping: ColumnMapping, column: string, role: Role): ColumnMapping {
  const attributes = Object.fromEntries(Object.entries(mapping.attributes ?? {}).filter(([name]) => name !== column))
  const next: ColumnMapping = { ...mapping, attributes }
  for (const part of PARTS) if (next[part] === column) next[part] = null
  if (role.startsWith('attribute-')) attributes[column] = role.slice('attribute-'.length) as Level
  else if (role !== 'none') {
    const part = role as Part
    const before = next[part]
    if (typeof before === 'string') attributes[before] = 'auto'
    next[part] = column
  }
  return next
}

export function missingParts(mapping: ColumnMapping): Part[] {
  return REQUIRED.filter((part) => typeof mapping[part] !== 'string')
}

/** All columns that a mapping names: what is known of a log's columns when its file is not at hand. */
export function columnsOf(mapping: ColumnMapping): string[] {
  const parts = PARTS.map((part) => mapping[part]).filter((column) => typeof column === 'string')
  return [...new Set([...parts, ...Object.keys(mapping.attributes ?? {})])]
}

/** An older mapping where the file still has its columns, else the recognised one. */
export function carriedOver(older: ColumnMapping, recognised: ColumnMapping, columns: readonly string[]): ColumnMapping {
  const isThere = PARTS.every((part) => typeof older[part] !== 'string' || columns.includes(older[part]))
  if (!isThere) return recognised
  const known = Object.entries(older.attributes ?? {}).filter(([column]) => columns.includes(column))
  const fresh = Object.entries(recognised.attributes ?? {}).filter(([column]) => !columnsOf(older).includes(column))
  return { ...older, attributes: Object.fromEntries([...known, ...fresh]) }
}

/** Where nothing was recognised every column starts as an attribute, so that naming the three parts is all there is to do. */
export function startingMapping(suggested: ColumnMapping, columns: readonly string[]): ColumnMapping {
  return columnsOf(suggested).length > 0 ? suggested : { attributes: Object.fromEntries(columns.map((column) => [column, 'auto'])) }
}

/** Whether these values are times that name no zone: a date and no offset or Z behind it. */
export function lacksZone(samples: readonly string[]): boolean {
  return samples.some((sample) => /\d[-/.年]\d/.test(sample) && !/(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$/i.test(sample.replace(/^\d{4}-\d{2}-\d{2}$/, '$& ')))
}

/** What a sample becomes with a date format, for those who must tell day from month: "3 Feb 2011". */
export function readWith(sample: string, format: string, language: string): string | null {
  const order = [...format.matchAll(/%([dmY])/g)].map(([, letter]) => letter)
  const numbers = [...sample.matchAll(/\d+/g)].slice(0, 3).map(([digits]) => Number(digits))
  const part = (letter: string): number => numbers[order.indexOf(letter)] ?? Number.NaN
  const [year, month, day] = [part('Y'), part('m'), part('d')]
  const date = new Date(Date.UTC(year, month - 1, day))
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== month - 1) return null
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}
