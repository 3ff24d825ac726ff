import { expect, test } from 'vitest'

import { wayMarks } from './way'

const [s, x, a, b, j] = ['s', 'x', 'a', 'b', 'j'].map((id) => ({ id })) as [Node, Node, Node, Node, Node]
interface Node {
  id: string
}

function flow(source: Node, target: Node) {
  return { id: `${source.id}-${target.id}`, source, target }
}

test('a way marks the elements that it passes, the flows between them, and its end', () => {
  const drawn = [s, x, a, b, j, flow(s, x), flow(x, a), flow(x, b), flow(a, j), flow(b, j)]

  expect(wayMarks(drawn, { path: ['s', 'x', 'a'], end: 'j' })).toEqual([
    ['s', 'tl-way'],
    ['x', 'tl-way'],
    ['a', 'tl-way'],
    ['j', 'tl-way-end'],
    ['s-x', 'tl-way'],
    ['x-a', 'tl-way'],
    ['a-j', 'tl-way'],
  ])
})

test('what is not drawn is not marked', () => {
  expect(wayMarks([s], { path: ['s', 'gone'], end: 'nowhere' })).toEqual([['s', 'tl-way']])
})
