import { expect, test } from 'vitest'

import { filterOf, ordersFor } from './selection'

test('suspended ones are active ones of which no token moves', () => {
  expect(filterOf({ status: 'suspended', process: 'orders' })).toMatchObject({ status: 'active', is_suspended: true, process_id: 'orders' })
  expect(filterOf({ status: 'completed' })).toMatchObject({ status: 'completed', is_suspended: undefined })
})

test('the tag of a version goes to the server as it is', () => {
  expect(filterOf({ tag: '2026 spring' })).toMatchObject({ version_tag: '2026 spring', process_id: undefined })
})

test('only what fits at least one of the chosen is offered', () => {
  expect(ordersFor([{ status: 'active', is_suspended: false }])).toEqual(['suspend', 'cancel', 'set-variables', 'restart'])
  expect(ordersFor([{ status: 'active', is_suspended: true }])).toEqual(['resume', 'cancel', 'set-variables', 'restart'])
  expect(ordersFor([{ status: 'cancelled', is_suspended: false }])).toEqual(['restart', 'delete-history'])
})
