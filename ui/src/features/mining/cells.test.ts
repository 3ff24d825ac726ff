import { expect, test } from 'vitest'

import { cellText, headingOf } from './cells'

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
