import { expect, test } from 'vitest'

import { groundOf, initialShares, largestShare, level, shownPorts, strokeOf, widthOf } from './mapLook'

test('large logs begin with what a screen can hold and never pass a hundred activities', () => {
  expect(initialShares(6)).toEqual({ activities: 100, connections: 100 })
  expect(initialShares(27)).toEqual({ activities: 44, connections: 50 })
  expect(largestShare(40)).toBe(100)
  expect((largestShare(600) / 100) * 600).toBeLessThanOrEqual(100)
})

test('levels are 0 for nothing and 1 for the most', () => {
  expect(level(0, 100)).toBe(0)
  expect(level(100, 100)).toBe(1)
  expect(level(5, 0)).toBe(0)
  expect(level(10, 1000)).toBeGreaterThan(level(1, 1000))
})

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
  const [red = 0, green = 0, blue = 0] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

test('every activity keeps its text readable, and connections grow with their level', () => {
  for (const share of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
    const { background, color } = groundOf(share)
    expect(contrast(background, color)).toBeGreaterThanOrEqual(4.5)
  }
  expect(strokeOf(0)).not.toBe(strokeOf(1))
  expect(widthOf(1)).toBeGreaterThan(widthOf(0))
})

test('rare ends go with the rare connections, and only as far as the slider cuts', () => {
  const map = {
    nodes: [node('A'), node('B')],
    edges: [edge('A', 'B', 40)],
    starts: [],
    ends: [{ activity: 'A', cases: 3 }, { activity: 'B', cases: 37 }, { activity: 'not shown', cases: 90 }],
    nodes_total: 3,
    edges_total: 4,
  }

  expect(shownPorts(map.ends, map).map(({ activity }) => activity)).toEqual(['B'])
  expect(shownPorts(map.ends, { ...map, edges_total: 1 }).map(({ activity }) => activity)).toEqual(['A', 'B'])
})

function node(activity: string) {
  return { activity, events: 40, cases: 40, median_gap_s: null, median_working_s: null }
}

function edge(source: string, target: string, cases: number) {
  return { source, target, cases, events: cases, median_s: 1, mean_s: 1, p95_s: 1 }
}
