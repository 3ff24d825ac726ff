import { expect, test } from 'vitest'

import { END, layoutMap, NODE_SIZE, smoothPath, START } from './mapLayout'

test('a map runs from the start down to the end, loops included', () => {
  const { places, bends, size } = layoutMap({
    activities: ['A', 'B', 'lonely'],
    connections: [
      { id: 's', source: START, target: 'A', weight: 0.5 },
      { id: 'ab', source: 'A', target: 'B', weight: 0.5 },
      { id: 'aa', source: 'A', target: 'A', weight: 0.5 },
      { id: 'ba', source: 'B', target: 'A', weight: 0.5 },
      { id: 'e', source: 'B', target: END, weight: 0.5 },
      { id: 'cut off', source: 'A', target: 'not on the map', weight: 0.5 },
    ],
  })

  expect(places[START]?.y).toBeLessThan(places.A?.y ?? 0)
  expect(places.A?.y).toBeLessThan(places.B?.y ?? 0)
  expect(places.B?.y).toBeLessThan(places[END]?.y ?? 0)
  expect(places.lonely).toBeDefined()
  expect(size.height).toBeGreaterThan(places[END]?.y ?? 0)
  expect(Object.keys(bends).sort()).toEqual(['aa', 'ab', 'ba', 'e', 's'])
})

test('a path begins and ends where its bends do', () => {
  expect(smoothPath([{ x: 0, y: 0 }, { x: 10, y: 10 }, { x: 10, y: 30 }])).toBe('M0,0 Q10,10 10,20 L10,30')
  expect(smoothPath([])).toBe('')
})

test('a repetition bows out at the right of its activity and comes back to it', () => {
  const { places, bends } = layoutMap({
    activities: ['check'],
    connections: [{ id: 'again', source: 'check', target: 'check', weight: 1 }],
  })
  const right = (places.check?.x ?? 0) + NODE_SIZE.width
  const points = bends.again ?? []
  expect(points.at(0)?.x).toBe(right)
  expect(points.at(-1)?.x).toBe(right)
  expect(points.every(({ y }) => y >= (places.check?.y ?? 0) && y <= (places.check?.y ?? 0) + NODE_SIZE.height)).toBe(true)
  expect(Math.max(...points.map(({ x }) => x))).toBeGreaterThan(right)
})
