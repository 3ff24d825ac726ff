/**
 * The filter of a log as the server takes it: steps in their JSON form, each judged on what the steps before it left.
 * The address holds them as they are, so that a page, a command and a script share one filter.
 */
import type { RawSearch } from '@/shared/routing/search'

export type Scalar = string | number | boolean
export type ValueTest =
  | { type: 'one_of'; values: Scalar[] }
  | { type: 'number_range'; at_least?: number; at_most?: number }
  | { type: 'instant_range'; since?: string; until?: string }
  | { type: 'contains'; text: string }
  | { type: 'missing' }

export type EventCondition =
  | { type: 'activity'; activities: string[] }
  | { type: 'completed_in'; since?: string; until?: string }
  | { type: 'attribute'; column: string; test: ValueTest }
  | { type: 'all' | 'any'; conditions: EventCondition[] }
  | { type: 'not'; condition: EventCondition }

export type CaseCondition =
  | { type: 'period'; since?: string; until?: string; rule?: PeriodRule }
  | { type: 'starts_with' | 'ends_with' | 'having' | 'lacking'; activities: string[] }
  | { type: 'case'; cases: string[] }
  | { type: 'variant'; variants: string[] }
  | { type: 'top_variants'; count: number }
  | { type: 'variant_coverage'; share: number }
  | { type: 'case_attribute'; column: string; test: ValueTest }
  | { type: 'some_event'; where: EventCondition; at_least?: number }
  | { type: 'every_event'; where: EventCondition }
  | { type: 'follows'; source: string[]; target: string[]; rule?: FollowRule; at_least_s?: number; at_most_s?: number; without?: string[] }
  | { type: 'duration'; at_least_s?: number; at_most_s?: number }
  | { type: 'length'; at_least?: number; at_most?: number }
  | { type: 'repeats'; activities?: string[]; at_least?: number }
  | { type: 'four_eyes'; first: string[]; second: string[]; rule?: 'same' | 'different' }
  | { type: 'sample'; share?: number; count?: number; seed?: number }
  | { type: 'all' | 'any'; conditions: CaseCondition[] }
  | { type: 'not'; condition: CaseCondition }

export const PERIOD_RULES = ['contained', 'intersecting', 'active', 'started', 'ended'] as const
export type PeriodRule = (typeof PERIOD_RULES)[number]
export type FollowRule = 'directly' | 'eventually'

export type FilterStep =
  | { keep: 'cases'; where: CaseCondition }
  | { keep: 'events'; where: EventCondition }
  | { keep: 'between'; begin: string[]; end: string[]; until?: 'first' | 'last' }

/** The server takes this many. */
const MOST_STEPS = 50

export function casesThat(where: CaseCondition): FilterStep {
  return { keep: 'cases', where }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether it has the outline of a step; what is inside the server checks, and says by its path what is wrong. */
function isStep(value: unknown): value is FilterStep {
  if (!isRecord(value)) return false
  if (value.keep === 'between') return isTexts(value.begin) && isTexts(value.end)
  return (value.keep === 'cases' || value.keep === 'events') && isCondition(value.where)
}

function isCondition(value: unknown): boolean {
  return isRecord(value) && typeof value.type === 'string'
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
}

/** The steps in an address, among them those of addresses that were shared before filters had steps. */
export function readSteps(raw: RawSearch): FilterStep[] | undefined {
  const given = Array.isArray(raw.filter) ? raw.filter.filter(isStep) : []
  const steps = [...given, ...formerSteps(raw)].slice(0, MOST_STEPS)
  return steps.length === 0 ? undefined : steps
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const DAY_MS = 86_400_000

function formerSteps(raw: RawSearch): FilterStep[] {
  const top = typeof raw.top === 'number' && raw.top >= 1 ? [casesThat({ type: 'top_variants', count: Math.round(raw.top) })] : []
  return [
    ...formerPeriod(raw),
    ...(typeof raw.case === 'string' && raw.case !== '' ? [casesThat({ type: 'case', cases: [raw.case] })] : []),
    ...formerTexts(raw.with).map((activity) => casesThat({ type: 'having', activities: [activity] })),
    ...(isTexts(raw.without) ? [casesThat({ type: 'lacking', activities: raw.without })] : []),
    ...formerArcs(raw.through),
    ...(isTexts(raw.variants) ? [casesThat({ type: 'variant', variants: raw.variants })] : []),
    ...top,
  ]
}

function formerPeriod(raw: RawSearch): FilterStep[] {
  const [since, until] = [formerDay(raw.from, 0), formerDay(raw.to, DAY_MS)]
  return since === undefined && until === undefined ? [] : [casesThat(withoutEmpty({ type: 'period', since, until }))]
}

function formerTexts(value: unknown): string[] {
  return isTexts(value) ? value : []
}

function formerArcs(value: unknown): FilterStep[] {
  const pairs = Array.isArray(value) ? (value as unknown[]) : []
  return pairs.filter(isTexts).flatMap(([source = '', target = '', ...more]) => (target === '' || more.length > 0 ? [] : [directly(source, target)]))
}

function formerDay(value: unknown, later: number): string | undefined {
  if (typeof value !== 'string' || !DAY.test(value) || Number.isNaN(Date.parse(value))) return undefined
  return new Date(Date.parse(value) + later).toISOString()
}

export function directly(source: string, target: string): FilterStep {
  return casesThat({ type: 'follows', source: [source], target: [target], rule: 'directly' })
}

/** Without the fields that say nothing: the server refuses none, and addresses stay short. */
export function withoutEmpty<Value extends object>(value: Value): Value {
  const kept = Object.entries(value).filter(([, each]) => each !== undefined && each !== '' && !(Array.isArray(each) && each.length === 0))
  return Object.fromEntries(kept) as Value
}

export function isSameStep(one: FilterStep, other: FilterStep): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Adds a step at the end; one that is there already adds nothing. */
export function withStep(steps: FilterStep[] | undefined, step: FilterStep): FilterStep[] {
  const before = steps ?? []
  return before.some((each) => isSameStep(each, step)) ? before : [...before, step]
}

/** Puts *step* in the place *index*, or takes that place away. */
export function replaceStep(steps: FilterStep[] | undefined, index: number, step: FilterStep | null): FilterStep[] | undefined {
  const next = (steps ?? []).flatMap((each, at) => (at !== index ? [each] : step === null ? [] : [step]))
  return next.length === 0 ? undefined : next
}
