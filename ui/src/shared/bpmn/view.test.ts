import { expect, test } from 'vitest'

import { fit, showFromStart, type ViewCanvas } from './view'

function canvasOf(inner: { width: number; height: number }) {
  const set: { x: number; y: number; width: number; height: number }[] = []
  const canvas = {
    zoom: () => 1,
    viewbox: (box?: (typeof set)[number]) => {
      if (box !== undefined) set.push(box)
      return { x: 0, y: 0, width: 0, height: 0, inner: { x: 0, y: 0, ...inner }, outer: { width: 1000, height: 500 } }
    },
  } as unknown as ViewCanvas
  return { canvas, set }
}

test('a diagram too wide to be read whole is shown from its start at a scale that can be read', () => {
  const { canvas, set } = canvasOf({ width: 4000, height: 200 })

  showFromStart(canvas)

  expect(1000 / (set[0]?.width ?? 0)).toBeCloseTo(0.7)
  expect(set[0]?.x).toBeCloseTo(-24 / 0.7)
})

test('fitting shows all of it beside what lies over the canvas on the left', () => {
  const { canvas, set } = canvasOf({ width: 2000, height: 200 })

  fit(canvas, 100)

  const scale = 1000 / (set[0]?.width ?? 0)
  expect(scale).toBeCloseTo((1000 - 100 - 48) / 2000)
  expect(set[0]?.x).toBeCloseTo(-124 / scale)
})
