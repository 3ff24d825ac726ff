import { expect, test } from 'vitest'

import { turnsOf } from './batches'

test('a running batch can be paused or cancelled, a paused one resumed or cancelled', () => {
  expect(turnsOf({ state: 'running', failed: 3 })).toEqual(['pause', 'cancel'])
  expect(turnsOf({ state: 'paused', failed: 0 })).toEqual(['resume', 'cancel'])
})

test('one that is over is tried again where something failed, and only there', () => {
  expect(turnsOf({ state: 'done', failed: 2 })).toEqual(['retry'])
  expect(turnsOf({ state: 'cancelled', failed: 1 })).toEqual(['retry'])
  expect(turnsOf({ state: 'done', failed: 0 })).toEqual([])
})
