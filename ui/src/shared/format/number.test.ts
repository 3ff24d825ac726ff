import { expect, test } from 'vitest'

import { formatChange } from './number'

test('a ratio is a change in per cent near one and a factor far from it', () => {
  expect(formatChange(0.7, 'en')).toBe('-30%')
  expect(formatChange(1.25, 'en')).toBe('+25%')
  expect(formatChange(1, 'en')).toBe('0%')
  expect(formatChange(0.00042, 'en')).toBe('× 0.00042')
  expect(formatChange(12, 'en')).toBe('× 12')
})
