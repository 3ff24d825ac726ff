import { expect, test } from 'vitest'

import { cellText, headingOf, unitOf, type Table } from './cells'

test('a column of seconds shows durations, and its unit stands in its cells', () => {
  expect(headingOf('median s')).toBe('median')
  expect(headingOf('cases')).toBe('cases')
  expect(cellText(5400, 'median s', 'en')).toBe('1 hr 30 min')
})

test('a column of shares shows percentages in the reader’s form', () => {
  expect(cellText(0.2514, 'share', 'en')).toBe('25.1%')
  expect(cellText(0.95, 'coverage', 'zh-CN')).toBe('95%')
  expect(cellText(0.2514, 'gain', 'en')).toBe('0.251')
  expect(cellText(0.00002, 'q', 'en')).toBe('< 0.001')
  expect(cellText(0, 'q', 'en')).toBe('0')
})

test('what is not known is a dash, and lists are ways', () => {
  expect(cellText(null, 'low', 'en')).toBe('–')
  expect(cellText(['a', 'b'], 'variant', 'en')).toBe('a › b')
})

test('where rows differ in their unit each row says it, of the measured columns only', () => {
  const table: Table = { title: 'Differences', columns: ['kind', 'first', 'p'], rows: [['edge time', 5400, 0.2], ['edge', -0.104, 0.2]], words: [], measured: ['first'], units: ['s', 'share'] }
  expect(cellText(5400, 'first', 'en', unitOf(table, 0, 'first'))).toBe('1 hr 30 min')
  expect(cellText(-0.104, 'first', 'en', unitOf(table, 1, 'first'))).toBe('-10.4%')
  expect(cellText(0.2, 'p', 'en', unitOf(table, 0, 'p'))).toBe('0.2')
})
