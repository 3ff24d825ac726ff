import { expect, test } from 'vitest'

import { translated } from './translate'

test('texts of the editors come from our dictionary, others stay, and values are filled in', () => {
  expect(translated('zh-CN', 'General')).toBe('常规')
  expect(translated('zh-CN', 'Open {element}', { element: 'A' })).toBe('打开 A')
  expect(translated('en', 'General')).toBe('General')
  expect(translated('zh-CN', 'not in it {x}')).toBe('not in it {x}')
})
