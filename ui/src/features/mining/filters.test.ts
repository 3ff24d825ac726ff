import { expect, test } from 'vitest'

import { chipsOf, queryText, readLogSearch, resolveFilter, withActivity, withStep, withoutChip, withoutFilter } from './filters'

const SEQUENCES = [
  { variant_id: 'v1', activities: ['A', 'B', 'C'] },
  { variant_id: 'v2', activities: ['A', 'C', 'B'] },
  { variant_id: 'v3', activities: ['A', 'B', 'B', 'D'] },
]

test('an address with nonsense shows the log unfiltered instead of an error', () => {
  const search = readLogSearch({ tab: 'elsewhere', from: '2011-13-45', top: -3, through: [['A'], 'B'], activities: 300, edge: [1, 2] })

  expect(chipsOf(search)).toEqual([])
  expect(search.tab).toBeUndefined()
  expect(search.activities).toBeUndefined()
  expect(search.edge).toBeUndefined()
})

test('days are days of the zone, the last one included', () => {
  const resolved = resolveFilter({ from: '2011-10-01', to: '2011-10-31' }, 'Europe/Amsterdam', [])

  expect(resolved).toEqual({ kind: 'ready', query: { from: '2011-09-30T22:00:00.000Z', to: '2011-10-31T23:00:00.000Z' } })
})

test('one activity is left to the server, which needs no list of variants', () => {
  expect(resolveFilter({ with: ['A'], variants: ['v1', 'v2'] }, 'UTC', [])).toEqual({ kind: 'ready', query: { activity: ['A'], variants: 'v1,v2' } })
})

test('several activities mean all of them, although the server would take any', () => {
  expect(resolveFilter({ with: ['B', 'D'] }, 'UTC', SEQUENCES)).toEqual({ kind: 'ready', query: { variants: 'v3' } })
})

test('without is left to the server, which needs no list of variants', () => {
  expect(resolveFilter({ without: ['D', 'E'] }, 'UTC', [])).toEqual({ kind: 'ready', query: { without: ['D', 'E'] } })
  expect(resolveFilter({ without: ['D'], with: ['B', 'C'] }, 'UTC', SEQUENCES)).toEqual({ kind: 'ready', query: { without: ['D'], variants: 'v1,v2' } })
})

test('through is put as the variants that meet it', () => {
  expect(resolveFilter({ through: [['A', 'B']] }, 'UTC', SEQUENCES)).toEqual({ kind: 'ready', query: { variants: 'v1,v3' } })
  expect(resolveFilter({ through: [['A', 'B']], variants: ['v2', 'v3'] }, 'UTC', SEQUENCES)).toEqual({ kind: 'ready', query: { variants: 'v3' } })
})

test('what no variant meets is not asked for, what all meet is no condition', () => {
  expect(resolveFilter({ through: [['D', 'A']] }, 'UTC', SEQUENCES)).toEqual({ kind: 'nothing' })
  expect(resolveFilter({ with: ['A', 'A'] }, 'UTC', SEQUENCES)).toEqual({ kind: 'ready', query: {} })
})

test('more variants than a request can carry are told, not cut off', () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({ variant_id: `${index}`.padStart(12, '0'), activities: index === 0 ? ['X'] : ['A', 'B'] }))

  expect(resolveFilter({ through: [['A', 'B']] }, 'UTC', many)).toEqual({ kind: 'too-many', variants: 2999 })
})

test('each chip takes away its own condition only', () => {
  const search = withStep(withActivity({ tab: 'map', without: ['C'], top: 3 }, 'without', 'D'), ['A', 'B'])

  expect(chipsOf(search)).toHaveLength(4)
  expect(withoutChip(search, { kind: 'without', activity: 'C' }).without).toEqual(['D'])
  expect(withoutChip(search, { kind: 'through', step: ['A', 'B'] }).through).toBeUndefined()
  expect(withoutChip(search, { kind: 'top', count: 3 }).top).toBeUndefined()
  expect(chipsOf(withoutFilter(search))).toEqual([])
  expect(withoutFilter(search).tab).toBe('map')
})

test('links to files carry the filter', () => {
  expect(queryText({ activity: ['A B', 'C'], top_variants: 2 }, { edge_share: 0.5 })).toBe('?activity=A+B&activity=C&top_variants=2&edge_share=0.5')
  expect(queryText({})).toBe('')
})
