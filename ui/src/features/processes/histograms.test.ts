import { expect, test } from 'vitest'

import { alignHistograms } from './histograms'

test('two histograms with other bins stand on one axis, as shares of their own cases', () => {
  const now = [{ from_s: 0, to_s: 10, cases: 3 }, { from_s: 10, to_s: 60, cases: 1 }]
  const before = [{ from_s: 10, to_s: 60, cases: 10 }]

  expect(alignHistograms(now, before)).toEqual([
    { to: 10, now: 0.75, before: 0 },
    { to: 60, now: 0.25, before: 1 },
  ])
})

test('a bin over several classes is spread over them by their width', () => {
  const classes = alignHistograms([{ from_s: 0, to_s: 20, cases: 4 }], [])

  expect(classes.map(({ now }) => now)).toEqual([0.5, 0.5])
})

test('a bin of one value falls into one class, and nothing gives nothing', () => {
  expect(alignHistograms([{ from_s: 60, to_s: 60, cases: 2 }], [])).toEqual([{ to: 300, now: 1, before: 0 }])
  expect(alignHistograms([], [])).toEqual([])
})
