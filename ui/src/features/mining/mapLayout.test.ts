import { expect, test } from 'vitest'

import { END, layoutMap, smoothPath, START } from './mapLayout'

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
