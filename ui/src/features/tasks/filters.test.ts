import { expect, test } from 'vitest'

import { countOf, filtersOf, filtersParam, instantOf, localInput, queryOf } from './filters'

const NOW = Date.parse('2026-03-01T12:00:00Z')

test('names of times become instants, a priority the least that counts', () => {
  expect(queryOf({ due: 'week', followUp: 'now', priority: 'high', process: 'permit' }, NOW)).toEqual({
    process_id: 'permit',
    order: undefined,
    due_before: '2026-03-08T12:00:00.000Z',
    follow_up_before: '2026-03-01T12:00:00.000Z',
    priority_at_least: 75,
    group: undefined,
    assignee: undefined,
  })
})

test('an address is read for what it says; nonsense is left out', () => {
  const found = filtersOf(filtersParam({ due: 'late', order: 'sideways', group: 'clerks', view: 'all' }))

  expect(found).toEqual({ due: 'late', group: 'clerks' })
  expect(countOf(found)).toBe(2)
})

test('an instant comes out of its field as it went in, to the minute', () => {
  expect(instantOf(localInput('2026-03-01T12:34:00Z'))).toBe('2026-03-01T12:34:00.000Z')
  expect(localInput(null)).toBe('')
  expect(instantOf('')).toBeNull()
})
