/** Where the canvas stands: whole, or readable from the start where the whole would be too small to read. */
export interface ViewCanvas {
  zoom: (level?: number | 'fit-viewport', centre?: 'auto' | null) => number
  viewbox: (box?: Box) => ViewBox
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}

interface ViewBox extends Box {
  inner: Box
  outer: { width: number; height: number }
}

/** Under this scale task names cannot be read. */
const READABLE = 0.7
const MARGIN_PX = 24

/** The whole diagram, centred, with a margin; *left*: what lies over the canvas there (a palette). */
export function fit(canvas: ViewCanvas, left = 0): void {
  place(canvas, left, 0)
}

/** The whole diagram where it can be read, else its beginning at a scale that can. */
export function showFromStart(canvas: ViewCanvas, left = 0): void {
  place(canvas, left, READABLE)
}

function place(canvas: ViewCanvas, left: number, least: number): void {
  const { inner, outer } = canvas.viewbox()
  if (inner.width === 0 || outer.width === 0 || outer.height === 0) {
    canvas.zoom('fit-viewport', 'auto')
    return
  }
  const room = { width: Math.max(outer.width - left - 2 * MARGIN_PX, 50), height: Math.max(outer.height - 2 * MARGIN_PX, 50) }
  const whole = Math.min(room.width / inner.width, room.height / inner.height, 1)
  const scale = Math.max(whole, Math.min(least, room.height / inner.height, 1))
  const spareX = Math.max(room.width - inner.width * scale, 0) / 2
  const spareY = (outer.height - inner.height * scale) / 2
  canvas.viewbox({
    x: inner.x - (left + MARGIN_PX + spareX) / scale,
    y: inner.y - spareY / scale,
    width: outer.width / scale,
    height: outer.height / scale,
  })
}
