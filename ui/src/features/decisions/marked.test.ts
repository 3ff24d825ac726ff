import { expect, test } from 'vitest'

import { marked } from './marked'

test('a word is marked where it begins, counted in code points', () => {
  expect(marked('😀 + rate * 2', [4])).toEqual([
    { text: '😀 + ', isMarked: false },
    { text: 'rate', isMarked: true },
    { text: ' * 2', isMarked: false },
  ])
})

test('two warnings at one place mark it once, and the end of the text can be marked', () => {
  expect(marked('1 +', [3, 0, 0])).toEqual([
    { text: '1', isMarked: true },
    { text: ' +', isMarked: false },
    { text: ' ', isMarked: true },
  ])
})
