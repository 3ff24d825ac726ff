import { expect, test } from 'vitest'

import { splitAnnounced } from './announced'
import { isTouched } from './live'

test('a hint touches the queries of its topic and no others', () => {
  expect(isTouched({ queryKey: ['tasks', 'mine'] }, ['tasks'])).toBe(true)
  expect(isTouched({ queryKey: ['incidents'] }, ['tasks'])).toBe(false)
})

test('a topic with a subject touches only the queries of that subject', () => {
  expect(isTouched({ queryKey: ['watch', 'permit', 'all'] }, ['watch:permit'])).toBe(true)
  expect(isTouched({ queryKey: ['watch', 'invoice'] }, ['watch:permit'])).toBe(false)
})

test('a query that gathers from several topics is touched by each', () => {
  expect(isTouched({ queryKey: ['home'], meta: { topics: ['tasks', 'incidents'] } }, ['incidents'])).toBe(true)
})

test('new rows wait, rows that left are gone, rows that stayed are brought up to date', () => {
  const fresh = [
    { id: 'new', text: 'n' },
    { id: 'stays', text: 'changed' },
  ]

  const split = splitAnnounced(fresh, (row) => row.id, new Set(['stays', 'left']))

  expect(split).toEqual({ rows: [{ id: 'stays', text: 'changed' }], waiting: 1 })
})
