import { expect, test } from 'vitest'

import { draftOfStep, emptyDraft, KIND_NAMES, specOf, stepOfDraft, type Draft, type Entry, type FieldSpec } from './filterKinds'
import type { FilterStep } from './filterSteps'

const ZONE = 'Europe/Amsterdam'

function sample({ form, choices }: FieldSpec): Entry {
  if (form === 'activities') return ['A', 'B']
  if (form === 'texts') return ['C-1']
  if (form === 'firstDay') return '2011-10-01'
  if (form === 'lastDay') return '2011-10-31'
  if (form === 'choice') return choices?.at(-1)
  if (form === 'attribute') return { column: 'case.amount', test: { type: 'number_range', at_least: 5 } }
  return 7
}

test.each(KIND_NAMES)('%s: a form and the step that it says are read back as the same form', (kind) => {
  const draft: Draft = { kind, isNegated: specOf(kind).isPlain !== true, values: Object.fromEntries(specOf(kind).fields.map((field) => [field.name, sample(field)])) }
  const step = stepOfDraft(draft, ZONE)

  expect(step).not.toBeNull()
  expect(draftOfStep(step as FilterStep, ZONE)).toEqual(draft)
})

test.each(KIND_NAMES)('%s: an empty form says nothing yet, unless all of it has a usual value', (kind) => {
  const { fields, needsOne } = specOf(kind)
  const isSaid = !needsOne && fields.every((field) => field.isRequired !== true || field.initial !== undefined)

  expect(stepOfDraft(emptyDraft(kind), ZONE) !== null).toBe(isSaid)
})

test('days are days of the zone, the last one included, also across the change of clocks', () => {
  const draft: Draft = { kind: 'period', isNegated: false, values: { since: '2011-10-01', until: '2011-10-31', rule: 'contained' } }

  expect(stepOfDraft(draft, ZONE)).toEqual({ keep: 'cases', where: { type: 'period', since: '2011-09-30T22:00:00.000Z', until: '2011-10-31T23:00:00.000Z' } })
})

test('an attribute of a case is asked of the case, any other of one of its events', () => {
  const test = { type: 'one_of' as const, values: ['web'] }

  expect(stepOfDraft({ kind: 'attribute', isNegated: false, values: { attribute: { column: 'case.channel', test } } }, ZONE)).toEqual({
    keep: 'cases', where: { type: 'case_attribute', column: 'case.channel', test },
  })
  expect(stepOfDraft({ kind: 'attribute', isNegated: true, values: { attribute: { column: 'resource', test } } }, ZONE)).toEqual({
    keep: 'cases', where: { type: 'not', condition: { type: 'some_event', where: { type: 'attribute', column: 'resource', test } } },
  })
})

test('a step that no form can say has no form, so that editing never loses a part of it', () => {
  expect(draftOfStep({ keep: 'cases', where: { type: 'any', conditions: [] } }, ZONE)).toBeNull()
  expect(draftOfStep({ keep: 'cases', where: { type: 'sample', count: 50 } }, ZONE)).toBeNull()
  expect(draftOfStep({ keep: 'cases', where: { type: 'some_event', at_least: 3, where: { type: 'attribute', column: 'role', test: { type: 'missing' } } } }, ZONE)).toBeNull()
})
