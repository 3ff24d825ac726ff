import { expect, test } from 'vitest'

import { END, layoutMap, smoothPath, START } from './mapLayout'

test('a map runs from the start down to the end, loops included', () => {
  const { places, bends } = layoutMap({
    activities: ['A', 'B', 'lonely'],
    connections: [
      { id: 's', source: START, target: 'A' },
      { id: 'ab', source: 'A', target: 'B' },
      { id: 'aa', source: 'A', target: 'A' },
      { id: 'ba', source: 'B', target: 'A' },
      { id: 'e', source: 'B', target: END },
      { id: 'cut off', source: 'A', target: 'not on the map' },
    ],
  })

  expect(places[START]?.y).toBeLessThan(places.A?.y ?? 0)
  expect(places.A?.y).toBeLessThan(places.B?.y ?? 0)
  expect(places.B?.y).toBeLessThan(places[END]?.y ?? 0)
  expect(places.lonely).toBeDefined()
  expect(Object.keys(bends).sort()).toEqual(['aa', 'ab', 'ba', 'e', 's'])
})

test('a path begins and ends where its bends do', () => {
  expect(smoothPath([{ x: 0, y: 0 }, { x: 10, y: 10 }, { x: 10, y: 30 }])).toBe('M0,0 Q10,10 10,20 L10,30')
  expect(smoothPath([])).toBe('')
})
