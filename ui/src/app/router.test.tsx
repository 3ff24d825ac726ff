// @vitest-environment jsdom
import { expect, test } from 'vitest'

import { router } from './router'

test('a long id in an address keeps all its digits, and is written without quotation marks', () => {
  expect(router.options.parseSearch('?task=1795362568955000000000009')).toEqual({ task: '1795362568955000000000009' })
  expect(router.options.stringifySearch({ task: '1795362568955000000000009' })).toBe('?task=1795362568955000000000009')
})

test('lists come back as they went', () => {
  const search = { through: ['a', 'b'] }

  expect(router.options.parseSearch(router.options.stringifySearch(search))).toEqual(search)
})
