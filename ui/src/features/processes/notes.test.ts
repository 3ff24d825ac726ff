import { expect, test } from 'vitest'

import { notesOf } from './notes'

test('an element shows all of its notes, and another shape shows none', () => {
  const notes = {
    elements: [
      { element_id: 'a', why: 'assist', values: { n: 3 } },
      { element_id: 'b', why: 'eliminate' },
      { element_id: 'a', why: 'candidate-group' },
      'nonsense',
    ],
  }

  expect(notesOf(notes, 'a')).toEqual([
    { why: 'assist', values: { n: 3 } },
    { why: 'candidate-group', values: {} },
  ])
  expect(notesOf({ elements: 'x' }, 'a')).toEqual([])
})
