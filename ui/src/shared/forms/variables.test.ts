import { expect, test } from 'vitest'

import { rowProblems, rowsOf, variablesOf } from './variables'

test('what is shown and not touched goes back as it came', () => {
  const variables = { name: 'Ada', amount: 12.5, isUrgent: true, due: { '@type': 'date', value: '2026-03-01' }, note: null }

  expect(variablesOf(rowsOf(variables))).toEqual(variables)
})

test('every row that cannot be sent says why', () => {
  const rows = [
    { name: 'a', type: 'number', text: '12,5' },
    { name: 'a', type: 'text', text: 'again' },
    { name: ' ', type: 'text', text: '' },
    { name: 'b', type: 'json', text: '{' },
    { name: 'c', type: 'number', text: '-1.5e3' },
  ] as const

  expect(rowProblems(rows)).toEqual(['notNumber', 'twice', 'noName', 'notJson', null])
})
