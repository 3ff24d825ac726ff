/**
 * What part of a log the tabs look at: kept in the address, shown as chips, sent as query parameters.
 *
 * The server knows times, one case, variants, "touches any of these activities" and "none of these". A person's filter
 * is a conjunction and knows "directly through A → B" as well; both depend on the sequence of activities only, so they
 * are put to the server as the variants that meet them.
 */
import { choiceParam, listParam, numberParam, textParam, type RawSearch } from '@/shared/routing/search'

import { startOfDay } from './zones'

export const LOG_TABS = ['quality', 'map', 'variants', 'model', 'potential'] as const
export type LogTab = (typeof LOG_TABS)[number]

export type Step = [source: string, target: string]

export interface LogFilter {
  /** Days in the log's zone, both inclusive: `2011-10-01`. */
  from?: string
  to?: string
  /** Cases with each of these activities. */
  with?: string[]
  /** Cases with none of these. */
  without?: string[]
  /** Cases in which each of these steps happens directly. */
  through?: Step[]
  variants?: string[]
  top?: number
  case?: string
}

export interface LogSearch extends LogFilter {
  tab?: LogTab
  /** Map: shares of activities and connections in per cent, what the colours say, how it is shown, what is selected. */
  activities?: number
  connections?: number
  overlay?: 'frequency' | 'time'
  view?: 'diagram' | 'table'
  node?: string
  edge?: Step
  /** Model. */
  noise?: number
  element?: string
  /** Potential: the activity whose evidence is open. */
  activity?: string
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

function dayParam(raw: RawSearch, name: string): string | undefined {
  const value = textParam(raw, name)
  return value !== undefined && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined
}

function stepOf(value: unknown): Step | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [source, target] = value as unknown[]
  return typeof source === 'string' && typeof target === 'string' ? [source, target] : undefined
}

function shareParam(raw: RawSearch, name: string, most: number): number | undefined {
  const value = numberParam(raw, name)
  return value === undefined || value < 0 || value > most ? undefined : value
}

export function readLogSearch(raw: RawSearch): LogSearch {
  const steps = Array.isArray(raw.through) ? raw.through.map(stepOf).filter((step) => step !== undefined) : []
  const top = numberParam(raw, 'top')
  return {
    tab: choiceParam(raw, 'tab', LOG_TABS),
    from: dayParam(raw, 'from'),
    to: dayParam(raw, 'to'),
    with: listParam(raw, 'with'),
    without: listParam(raw, 'without'),
    through: steps.length > 0 ? steps : undefined,
    variants: listParam(raw, 'variants'),
    top: top !== undefined && top >= 1 && top <= 100_000 ? Math.round(top) : undefined,
    case: textParam(raw, 'case'),
    activities: shareParam(raw, 'activities', 100),
    connections: shareParam(raw, 'connections', 100),
    overlay: choiceParam(raw, 'overlay', ['frequency', 'time']),
    view: choiceParam(raw, 'view', ['diagram', 'table']),
    node: textParam(raw, 'node'),
    edge: stepOf(raw.edge),
    noise: shareParam(raw, 'noise', 1),
    element: textParam(raw, 'element'),
    activity: textParam(raw, 'activity'),
  }
}

const NOTHING: { [Key in keyof Required<LogFilter>]: undefined } = {
  from: undefined, to: undefined, with: undefined, without: undefined, through: undefined, variants: undefined, top: undefined, case: undefined,
}

/** A search without any filter; the rest stays. */
export function withoutFilter(search: LogSearch): LogSearch {
  return { ...search, ...NOTHING }
}

export type Chip =
  | { kind: 'from' | 'to' | 'case'; text: string }
  | { kind: 'top'; count: number }
  | { kind: 'variants'; ids: string[] }
  | { kind: 'with' | 'without'; activity: string }
  | { kind: 'through'; step: Step }

export function chipsOf(filter: LogFilter): Chip[] {
  const chips: Chip[] = []
  for (const kind of ['from', 'to', 'case'] as const) {
    const text = filter[kind]
    if (text !== undefined) chips.push({ kind, text })
  }
  if (filter.top !== undefined) chips.push({ kind: 'top', count: filter.top })
  if (filter.variants !== undefined) chips.push({ kind: 'variants', ids: filter.variants })
  for (const kind of ['with', 'without'] as const)
    for (const activity of filter[kind] ?? []) chips.push({ kind, activity })
  for (const step of filter.through ?? []) chips.push({ kind: 'through', step })
  return chips
}

function emptied<Item>(items: Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : items
}

export function isSameStep(one: Step | undefined, other: Step | undefined): boolean {
  return one !== undefined && other !== undefined && one[0] === other[0] && one[1] === other[1]
}

export function withoutChip(search: LogSearch, chip: Chip): LogSearch {
  switch (chip.kind) {
    case 'with':
    case 'without':
      return { ...search, [chip.kind]: emptied((search[chip.kind] ?? []).filter((activity) => activity !== chip.activity)) }
    case 'through':
      return { ...search, through: emptied((search.through ?? []).filter((step) => !isSameStep(step, chip.step))) }
    default:
      return { ...search, [chip.kind]: undefined }
  }
}

/** Adds a condition once. */
export function withActivity(search: LogSearch, kind: 'with' | 'without', activity: string): LogSearch {
  return { ...search, [kind]: [...new Set([...(search[kind] ?? []), activity])] }
}

export function withStep(search: LogSearch, step: Step): LogSearch {
  const others = (search.through ?? []).filter((each) => !isSameStep(each, step))
  return { ...search, through: [...others, step] }
}

/** As the server takes it. */
export interface LogQuery {
  from?: string
  to?: string
  variants?: string
  top_variants?: number
  activity?: string[]
  without?: string[]
  case?: string
}

export interface Sequence {
  variant_id: string
  activities: string[]
}

/** Whether the filter says something that only the list of variants can tell. */
export function needsVariants(filter: LogFilter): boolean {
  return (filter.with?.length ?? 0) > 1 || filter.through !== undefined
}

export type Resolved = { kind: 'ready'; query: LogQuery } | { kind: 'nothing' } | { kind: 'too-many'; variants: number }

/** The server takes this many characters of variant ids. */
const LONGEST = 20_000

function goesThrough(activities: readonly string[], [source, target]: Step): boolean {
  return activities.some((activity, index) => activity === source && activities[index + 1] === target)
}

function meets(activities: readonly string[], filter: LogFilter): boolean {
  return (
    (filter.with ?? []).every((activity) => activities.includes(activity)) &&
    (filter.through ?? []).every((step) => goesThrough(activities, step))
  )
}

/** The filter as query parameters. *sequences*: all variants of the whole log, asked for when `needsVariants`. */
export function resolveFilter(filter: LogFilter, zone: string, sequences: readonly Sequence[]): Resolved {
  const query = plainQuery(filter, zone)
  if (!needsVariants(filter)) {
    if (filter.with !== undefined) query.activity = filter.with
    if (filter.variants !== undefined) query.variants = filter.variants.join(',')
    return { kind: 'ready', query }
  }
  const wanted = filter.variants === undefined ? null : new Set(filter.variants)
  const ids = sequences.filter((each) => (wanted?.has(each.variant_id) ?? true) && meets(each.activities, filter)).map((each) => each.variant_id)
  if (ids.length === 0) return { kind: 'nothing' }
  // All of them is no condition, however many they are.
  if (ids.length === sequences.length) return { kind: 'ready', query }
  query.variants = ids.join(',')
  return query.variants.length > LONGEST ? { kind: 'too-many', variants: ids.length } : { kind: 'ready', query }
}

/** What the server filters by as it is. */
function plainQuery(filter: LogFilter, zone: string): LogQuery {
  const query: LogQuery = {}
  if (filter.from !== undefined) query.from = startOfDay(filter.from, zone)
  if (filter.to !== undefined) query.to = startOfDay(nextDay(filter.to), zone)
  if (filter.top !== undefined) query.top_variants = filter.top
  if (filter.case !== undefined) query.case = filter.case
  if (filter.without !== undefined) query.without = filter.without
  return query
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}

/** `?from=…&activity=…` for links to files. */
export function queryText(query: LogQuery, more: Record<string, number> = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...query, ...more }))
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) parameters.append(name, `${each}`)
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
