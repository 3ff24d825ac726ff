import { expect, test } from 'vitest'

import { allZones, offsetText, startOfDay } from './zones'

test('a day begins at midnight of its zone, also on the days when clocks change', () => {
  expect(startOfDay('2026-01-15', 'Asia/Shanghai')).toBe('2026-01-14T16:00:00.000Z')
  expect(startOfDay('2026-03-29', 'Europe/Amsterdam')).toBe('2026-03-28T23:00:00.000Z')
  expect(startOfDay('2026-03-30', 'Europe/Amsterdam')).toBe('2026-03-29T22:00:00.000Z')
  expect(startOfDay('2026-11-01', 'America/New_York')).toBe('2026-11-01T04:00:00.000Z')
})

test('zones are listed with what their clocks show now', () => {
  const now = Date.parse('2026-01-15T00:00:00Z')

  expect(allZones()[0]).toBe('UTC')
  expect(offsetText('Asia/Kolkata', now)).toBe('UTC+05:30')
  expect(offsetText('America/St_Johns', now)).toBe('UTC−03:30')
})
