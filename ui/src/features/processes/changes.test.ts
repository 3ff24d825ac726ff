import { expect, test } from 'vitest'

import { changedVariables } from './changes'

test('what stays as it was is not sent again', () => {
  expect(changedVariables({ a: 1, b: { c: [1] } }, { a: 2, b: { c: [1] }, d: null })).toEqual({ a: 2, d: null })
})
