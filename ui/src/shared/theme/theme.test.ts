import { expect, test } from 'vitest'

import { accent, FILLED, stateColours, STATES, surfaces } from './theme'

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  const [red = 0, green = 0, blue = 0] = channels
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast of WCAG 2.2, 1.4.3. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const MODES = ['light', 'dark'] as const

test.each(MODES)('text, muted text and accent reach 4.5:1 on every ground (%s)', (mode) => {
  const s = surfaces[mode]
  for (const text of [s.text, s.muted, s.accent])
    for (const ground of [s.page, s.panel, s.sunken]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5)
  expect(contrast(s.accent, s.accentGround)).toBeGreaterThanOrEqual(4.5)
})

test.each(MODES)('white reaches 4.5:1 on filled buttons (%s)', (mode) => {
  expect(contrast('#ffffff', accent[FILLED[mode]] ?? '')).toBeGreaterThanOrEqual(4.5)
})

test.each(MODES)('every state colour reaches 4.5:1 on its own ground and on the panel (%s)', (mode) => {
  for (const state of STATES) {
    const [text, ground] = stateColours[state][mode]
    expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(text, surfaces[mode].panel)).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(MODES)('lines that carry meaning reach 3:1 (%s)', (mode) => {
  expect(contrast(surfaces[mode].strongLine, surfaces[mode].panel)).toBeGreaterThanOrEqual(3)
})
