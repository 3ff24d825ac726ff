import { expect, test } from 'vitest'

import { carriedOver, columnsOf, lacksZone, missingParts, readWith, roleOf, startingMapping, withRole } from './mapping'

const MAPPING = { case: 'id', activity: 'step', timestamp: 'at', attributes: { amount: 'case', note: 'auto' } } as const

test('a part that moves to another column leaves the first as an attribute', () => {
  const next = withRole(MAPPING, 'note', 'activity')

  expect(roleOf(next, 'note')).toBe('activity')
  expect(roleOf(next, 'step')).toBe('attribute-auto')
  expect(next.attributes).toEqual({ amount: 'case', step: 'auto' })
})

test('a column left out is named nowhere, and a required part without column is told', () => {
  const next = withRole(MAPPING, 'at', 'none')

  expect(columnsOf(next)).not.toContain('at')
  expect(missingParts(next)).toEqual(['timestamp'])
  expect(missingParts(MAPPING)).toEqual([])
})

test('a newer export keeps the mapping of the log, with its new columns as recognised', () => {
  const recognised = { case: 'id', activity: 'note', timestamp: 'at', attributes: { amount: 'auto', channel: 'auto' } } as const

  expect(carriedOver(MAPPING, recognised, ['id', 'step', 'at', 'amount', 'channel'])).toEqual({
    case: 'id', activity: 'step', timestamp: 'at', attributes: { amount: 'case', channel: 'auto' },
  })
  expect(carriedOver(MAPPING, recognised, ['id', 'note', 'at'])).toBe(recognised)
})

test('day and month are told apart by what a sample would mean', () => {
  expect(readWith('03/02/2011 10:00', '%d/%m/%Y %H:%M', 'en')).toBe('3 February 2011')
  expect(readWith('03/02/2011 10:00', '%m/%d/%Y %H:%M', 'en')).toBe('2 March 2011')
  expect(readWith('23/02/2011', '%m/%d/%Y', 'en')).toBeNull()
})

test('where nothing was recognised every column is kept as an attribute', () => {
  expect(startingMapping({ attributes: {} }, ['a', 'b'])).toEqual({ attributes: { a: 'auto', b: 'auto' } })
  expect(startingMapping(MAPPING, ['a'])).toBe(MAPPING)
})

test('times without offset are told from those with one, from instants by number, and from other texts', () => {
  expect(lacksZone(['03/02/2011 10:00'])).toBe(true)
  expect(lacksZone(['2011-02-03T10:00:00'])).toBe(true)
  expect(lacksZone(['2011-02-03'])).toBe(true)
  expect(lacksZone(['2011-10-11 13:45:40.276000+02:00', '2011-10-11T13:45:40Z'])).toBe(false)
  expect(lacksZone(['1318333540', 'yesterday'])).toBe(false)
})
