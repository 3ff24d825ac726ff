/** What the log page shows, kept in its address: the tab, the filter, and what each tab is set to. */
import { choiceParam, numberParam, textParam, type RawSearch } from '@/shared/routing/search'

import { directly, readSteps, withStep, type FilterStep } from './filterSteps'

export const LOG_TABS = ['quality', 'map', 'variants', 'model', 'potential', 'analyses'] as const
export type LogTab = (typeof LOG_TABS)[number]

export type Arc = [source: string, target: string]

export interface LogSearch {
  tab?: LogTab
  /** Steps of the filter, applied from left to right. */
  filter?: FilterStep[]
  /** Map: shares of activities and connections in per cent, what the colours say, how it is shown, what is selected. */
  activities?: number
  connections?: number
  overlay?: 'frequency' | 'time'
  view?: 'diagram' | 'table'
  node?: string
  edge?: Arc
  /** Model. */
  noise?: number
  element?: string
  /** Potential: the activity whose evidence is open. */
  activity?: string
  /** Potential: the business calendar that work counts by; absent: the hours that the log shows. */
  calendar?: string
  /** Analyses: which one, and the parameters it was run with; absent until it is run. */
  analysis?: string
  parameters?: Record<string, ParameterValue>
}

export type ParameterValue = string | number | boolean | string[]

function arcOf(value: unknown): Arc | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [source, target] = value as unknown[]
  return typeof source === 'string' && typeof target === 'string' ? [source, target] : undefined
}

function shareParam(raw: RawSearch, name: string, most: number): number | undefined {
  const value = numberParam(raw, name)
  return value === undefined || value < 0 || value > most ? undefined : value
}

function isParameter(value: unknown): value is ParameterValue {
  return ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every((each) => typeof each === 'string'))
}

function parametersOf(value: unknown): Record<string, ParameterValue> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, ParameterValue] => isParameter(entry[1])))
}

export function readLogSearch(raw: RawSearch): LogSearch {
  return {
    tab: choiceParam(raw, 'tab', LOG_TABS),
    filter: readSteps(raw),
    activities: shareParam(raw, 'activities', 100),
    connections: shareParam(raw, 'connections', 100),
    overlay: choiceParam(raw, 'overlay', ['frequency', 'time']),
    view: choiceParam(raw, 'view', ['diagram', 'table']),
    node: textParam(raw, 'node'),
    edge: arcOf(raw.edge),
    noise: shareParam(raw, 'noise', 1),
    element: textParam(raw, 'element'),
    activity: textParam(raw, 'activity'),
    calendar: textParam(raw, 'calendar'),
    analysis: textParam(raw, 'analysis'),
    parameters: parametersOf(raw.parameters),
  }
}

/** A search without any filter; the rest stays. */
export function withoutFilter(search: LogSearch): LogSearch {
  return { ...search, filter: undefined }
}

export function withFilter(search: LogSearch, step: FilterStep): LogSearch {
  return { ...search, filter: withStep(search.filter, step) }
}

export function withArc(search: LogSearch, [source, target]: Arc): LogSearch {
  return withFilter(search, directly(source, target))
}

export function isSameArc(one: Arc | undefined, other: Arc | undefined): boolean {
  return one !== undefined && other !== undefined && one[0] === other[0] && one[1] === other[1]
}

/** As the server takes it. */
export interface LogQuery {
  filter?: string
}

export function logQueryOf(search: Pick<LogSearch, 'filter'>): LogQuery {
  return search.filter === undefined ? {} : { filter: JSON.stringify({ steps: search.filter }) }
}

/** `?filter=…&edge_share=…` for links to files. */
export function queryText(query: LogQuery, more: Record<string, ParameterValue> = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...query, ...more }))
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) parameters.append(name, `${each}`)
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
