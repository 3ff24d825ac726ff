import { expect, test } from 'vitest'

import { changedVariables } from './changes'

test('only what differs and what is new is sent', () => {
  expect(changedVariables({ a: 1, b: { x: 1 }, c: null }, { a: 1, b: { x: 2 }, c: null, d: 4 })).toEqual({ b: { x: 2 }, d: 4 })
})

test('what was taken out becomes empty', () => {
  expect(changedVariables({ a: 1, b: null }, {})).toEqual({ a: null })
})
