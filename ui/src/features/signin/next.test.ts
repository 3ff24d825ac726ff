import { expect, test } from 'vitest'

import { safeNext } from './next'

test('a page of this server is where one wanted to go', () => {
  expect(safeNext('/tasks?view=mine#x')).toBe('/tasks?view=mine#x')
})

test.each(['//elsewhere.example', '/\\elsewhere.example', '/\t/elsewhere.example', 'https://elsewhere.example', 'javascript:1', '', undefined])(
  'an address elsewhere (%j) leads home',
  (next) => expect(safeNext(next)).toBe('/'),
)

test('the sign-in page does not lead back to itself', () => {
  expect(safeNext('/signin?next=/signin')).toBe('/')
  expect(safeNext('/sign-in#token=x')).toBe('/')
})
