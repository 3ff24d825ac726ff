import { expect, test } from 'vitest'

import { formatAbsolute, formatDuration, formatRelative } from './time'

const NOW = Date.parse('2026-03-01T12:00:00Z')

test('a past and a future instant are told apart, in both languages', () => {
  expect(formatRelative('2026-03-01T11:57:00Z', NOW, 'en')).toBe('3 minutes ago')
  expect(formatRelative('2026-03-03T12:00:00Z', NOW, 'en')).toBe('in 2 days')
  expect(formatRelative('2026-03-01T11:57:00Z', NOW, 'zh-CN')).toBe('3分钟前')
})

test('an absolute time names its zone', () => {
  expect(formatAbsolute('2026-03-01T12:00:00Z', 'en', 'UTC')).toBe('1 Mar 2026, 12:00:00 UTC')
  expect(formatAbsolute('2026-03-01T12:00:00Z', 'zh-CN', 'Asia/Shanghai')).toContain('20:00:00')
})

test('a duration shows its two largest units', () => {
  expect(formatDuration(0.32, 'en')).toBe('320 ms')
  expect(formatDuration(4.25, 'en')).toBe('4.3 sec')
  expect(formatDuration(75, 'en')).toBe('1 min 15 sec')
  expect(formatDuration(3 * 86_400 + 4 * 3600 + 59, 'en')).toBe('3 days 4 hr')
  expect(formatDuration(-75, 'en')).toBe('−1 min 15 sec')
})

test('rounding carries over into the larger unit', () => {
  expect(formatDuration(3599.7, 'en')).toBe('1 hr')
  expect(formatDuration(2 * 86_400 - 1, 'en')).toBe('2 days')
})

test('nothing at all is zero seconds, not an empty text', () => {
  expect(formatDuration(0, 'en')).toBe('0 sec')
})
