/**
 * The kinds of conditions that a person can put together in a form: a table of their fields, and the way between what
 * the form holds and a step of the filter. Conditions put together elsewhere have no kind and are shown as they are.
 */
import { casesThat, PERIOD_RULES, withoutEmpty, type CaseCondition, type EventCondition, type FilterStep, type ValueTest } from './filterSteps'
import { dayOf, startOfDay } from './zones'

type Form = 'activities' | 'texts' | 'count' | 'percent' | 'seconds' | 'firstDay' | 'lastDay' | 'choice' | 'attribute'

export interface FieldSpec {
  /** As in the JSON form of the filter. */
  name: string
  form: Form
  isRequired?: boolean
  /** The first is taken when none is given. */
  choices?: readonly string[]
  initial?: number
}

interface KindSpec {
  group: 'cases' | 'flow' | 'figures' | 'events'
  fields: FieldSpec[]
  /** One of the fields must say something. */
  needsOne?: true
  /** There is no sense in keeping the others. */
  isPlain?: true
}

const listed = (name: string): FieldSpec => ({ name, form: 'activities', isRequired: true })

export const KINDS = {
  period: {
    group: 'cases', needsOne: true,
    fields: [{ name: 'since', form: 'firstDay' }, { name: 'until', form: 'lastDay' }, { name: 'rule', form: 'choice', choices: PERIOD_RULES }],
  },
  attribute: { group: 'cases', fields: [{ name: 'attribute', form: 'attribute', isRequired: true }] },
  case: { group: 'cases', fields: [{ name: 'cases', form: 'texts', isRequired: true }] },
  sample: {
    group: 'cases', isPlain: true,
    fields: [{ name: 'share', form: 'percent', isRequired: true, initial: 10 }, { name: 'seed', form: 'count', initial: 0 }],
  },
  having: { group: 'flow', fields: [listed('activities')] },
  lacking: { group: 'flow', fields: [listed('activities')] },
  starts_with: { group: 'flow', fields: [listed('activities')] },
  ends_with: { group: 'flow', fields: [listed('activities')] },
  follows: {
    group: 'flow',
    fields: [
      listed('source'), { name: 'rule', form: 'choice', choices: ['eventually', 'directly'] }, listed('target'),
      { name: 'without', form: 'activities' }, { name: 'at_least_s', form: 'seconds' }, { name: 'at_most_s', form: 'seconds' },
    ],
  },
  repeats: { group: 'flow', fields: [{ name: 'activities', form: 'activities' }, { name: 'at_least', form: 'count', isRequired: true, initial: 2 }] },
  four_eyes: { group: 'flow', fields: [listed('first'), listed('second'), { name: 'rule', form: 'choice', choices: ['same', 'different'] }] },
  duration: { group: 'figures', needsOne: true, fields: [{ name: 'at_least_s', form: 'seconds' }, { name: 'at_most_s', form: 'seconds' }] },
  length: { group: 'figures', needsOne: true, fields: [{ name: 'at_least', form: 'count' }, { name: 'at_most', form: 'count' }] },
  top_variants: { group: 'figures', fields: [{ name: 'count', form: 'count', isRequired: true, initial: 10 }] },
  variant_coverage: { group: 'figures', fields: [{ name: 'share', form: 'percent', isRequired: true, initial: 80 }] },
  activity: { group: 'events', fields: [listed('activities')] },
  between: {
    group: 'events', isPlain: true,
    fields: [listed('begin'), listed('end'), { name: 'until', form: 'choice', choices: ['first', 'last'] }],
  },
} as const satisfies Record<string, KindSpec>

export type Kind = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as Kind[]
export const GROUPS = ['cases', 'flow', 'figures', 'events'] as const

export function specOf(kind: Kind): KindSpec {
  return KINDS[kind]
}

/** What a form holds: by field a list, a number, a day, a choice, or an attribute with its test. */
export interface AttributeTest {
  column: string
  test: ValueTest
}
export type Entry = string[] | string | number | AttributeTest | undefined
export interface Draft {
  kind: Kind
  /** Keep the others. */
  isNegated: boolean
  values: Record<string, Entry>
}

export function emptyDraft(kind: Kind): Draft {
  const values = specOf(kind).fields.map(({ name, initial, choices }) => [name, initial ?? choices?.[0]] as const)
  return { kind, isNegated: false, values: Object.fromEntries(values) }
}

/** The step that a form says; null while something is missing. */
export function stepOfDraft({ kind, isNegated, values }: Draft, zone: string): FilterStep | null {
  const { fields, needsOne } = specOf(kind)
  const record = withoutEmpty(Object.fromEntries(fields.map((field) => [field.name, encoded(field, values[field.name], zone)])))
  const isGiven = (field: FieldSpec): boolean => record[field.name] !== undefined
  if (fields.some((field) => field.isRequired === true && !isGiven(field))) return null
  if (needsOne && !fields.some((field) => field.form !== 'choice' && isGiven(field))) return null
  return assembled(kind, record, isNegated)
}

function encoded({ form, choices }: FieldSpec, value: Entry, zone: string): unknown {
  switch (form) {
    case 'firstDay':
    case 'lastDay':
      return instantOf(value, form === 'lastDay' ? 1 : 0, zone)
    case 'percent':
      return typeof value === 'number' ? value / 100 : undefined
    case 'choice':
      return value === choices?.[0] ? undefined : value
    case 'attribute':
      return isComplete(value) ? value : undefined
    default:
      return value
  }
}

/** Where a day begins, or one that lies *later* days after it. */
function instantOf(day: Entry, later: number, zone: string): string | undefined {
  return typeof day === 'string' && day !== '' ? startOfDay(shifted(day, later), zone) : undefined
}

function isComplete(value: Entry): value is AttributeTest {
  if (typeof value !== 'object' || Array.isArray(value) || value.column === '') return false
  switch (value.test.type) {
    case 'one_of':
      return value.test.values.length > 0
    case 'contains':
      return value.test.text !== ''
    case 'number_range':
      return value.test.at_least !== undefined || value.test.at_most !== undefined
    default:
      return true
  }
}

function assembled(kind: Kind, record: Record<string, unknown>, isNegated: boolean): FilterStep {
  if (kind === 'between') return { keep: 'between', ...record } as FilterStep
  if (kind === 'activity') {
    const where = { type: 'activity', ...record } as EventCondition
    return { keep: 'events', where: isNegated ? { type: 'not', condition: where } : where }
  }
  const where = kind === 'attribute' ? attributeCondition(record.attribute as AttributeTest) : ({ type: kind, ...record } as CaseCondition)
  return casesThat(isNegated ? { type: 'not', condition: where } : where)
}

/** Of a case as a whole, else of at least one of its events. */
export function attributeCondition({ column, test }: AttributeTest): CaseCondition {
  return column.startsWith('case.') ? { type: 'case_attribute', column, test } : { type: 'some_event', where: { type: 'attribute', column, test } }
}

/** The form that says a step; null for one that no form can say. */
export function draftOfStep(step: FilterStep, zone: string): Draft | null {
  if (step.keep === 'between') return readDraft('between', { ...step }, false, zone)
  const isNegated = step.where.type === 'not'
  const where = step.where.type === 'not' ? step.where.condition : step.where
  if (step.keep === 'events') return where.type === 'activity' ? readDraft('activity', { ...where }, isNegated, zone) : null
  const attribute = attributeOf(where)
  if (attribute !== null) return { kind: 'attribute', isNegated, values: { attribute } }
  return where.type in KINDS && where.type !== 'activity' ? readDraft(where.type as Kind, { ...where }, isNegated, zone) : null
}

function attributeOf(where: CaseCondition | EventCondition): AttributeTest | null {
  if (where.type === 'case_attribute') return { column: where.column, test: where.test }
  if (where.type !== 'some_event' || where.where.type !== 'attribute' || (where.at_least ?? 1) !== 1) return null
  return { column: where.where.column, test: where.where.test }
}

function readDraft(kind: Kind, record: Record<string, unknown>, isNegated: boolean, zone: string): Draft | null {
  const { fields } = specOf(kind)
  const known = new Set(['keep', 'type', ...fields.map(({ name }) => name)])
  if (Object.keys(record).some((name) => !known.has(name))) return null
  return { kind, isNegated, values: Object.fromEntries(fields.map((field) => [field.name, decoded(field, record[field.name], zone)])) }
}

function decoded({ form, choices, initial }: FieldSpec, value: unknown, zone: string): Entry {
  if (value === undefined || value === null) return form === 'choice' ? choices?.[0] : form === 'count' ? initial : undefined
  if (form === 'firstDay') return dayOf(`${value as string}`, zone)
  if (form === 'lastDay') return shifted(dayOf(`${value as string}`, zone), -1)
  if (form === 'percent') return Math.round(Number(value) * 10_000) / 100
  return value as Entry
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
}
