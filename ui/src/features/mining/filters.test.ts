import { expect, test } from 'vitest'

import { logQueryOf, queryText, readLogSearch, withArc, withFilter, withoutFilter, type LogSearch } from './filters'
import { casesThat, replaceStep } from './filterSteps'

const HAVING = casesThat({ type: 'having', activities: ['A'] })

test('an address with nonsense shows the log unfiltered instead of an error', () => {
  const search = readLogSearch({ tab: 'elsewhere', filter: ['x', { keep: 'cases' }, { keep: 'all', where: {} }], activities: 300, edge: [1, 2], parameters: [1] })

  expect(search.filter).toBeUndefined()
  expect(search.tab).toBeUndefined()
  expect(search.activities).toBeUndefined()
  expect(search.edge).toBeUndefined()
  expect(search.parameters).toBeUndefined()
})

test('the address holds the steps as the server takes them', () => {
  const search = readLogSearch({ filter: [HAVING, { keep: 'between', begin: ['A'], end: ['B'] }] })

  expect(logQueryOf(search)).toEqual({ filter: '{"steps":[{"keep":"cases","where":{"type":"having","activities":["A"]}},{"keep":"between","begin":["A"],"end":["B"]}]}' })
  expect(logQueryOf({})).toEqual({})
})

test('addresses from before filters had steps still show the same cases', () => {
  const search = readLogSearch({ from: '2011-10-01', to: '2011-10-31', with: ['A', 'B'], without: ['C'], through: [['A', 'B'], ['x']], variants: ['v1'], top: 3, case: 'c7' })

  expect(search.filter?.map((step) => (step.keep === 'cases' ? step.where : step))).toEqual([
    { type: 'period', since: '2011-10-01T00:00:00.000Z', until: '2011-11-01T00:00:00.000Z' },
    { type: 'case', cases: ['c7'] },
    { type: 'having', activities: ['A'] },
    { type: 'having', activities: ['B'] },
    { type: 'lacking', activities: ['C'] },
    { type: 'follows', source: ['A'], target: ['B'], rule: 'directly' },
    { type: 'variant', variants: ['v1'] },
    { type: 'top_variants', count: 3 },
  ])
})

test('a condition is added once, and each is taken away by itself', () => {
  const search: LogSearch = withArc(withFilter(withFilter({ tab: 'map' }, HAVING), HAVING), ['A', 'B'])

  expect(search.filter).toHaveLength(2)
  expect(replaceStep(search.filter, 0, null)).toEqual([{ keep: 'cases', where: { type: 'follows', source: ['A'], target: ['B'], rule: 'directly' } }])
  expect(replaceStep([HAVING], 0, null)).toBeUndefined()
  expect(withoutFilter(search)).toEqual({ tab: 'map', filter: undefined })
})

test('links to files carry the filter', () => {
  expect(queryText({ filter: '{"steps":[]}' }, { edge_share: 0.5, rule: ['a', 'b'] })).toBe('?filter=%7B%22steps%22%3A%5B%5D%7D&edge_share=0.5&rule=a&rule=b')
  expect(queryText({})).toBe('')
})
