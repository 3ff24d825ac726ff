import { describe, expect, it } from 'vitest'

import { feelOf, quoted, shownOf, unquoted } from './fieldText'

describe('what people write and FEEL', () => {
  it.each([
    ['text', 'inner', '"inner"'],
    ['text', 'a "b" \\ c', '"a \\"b\\" \\\\ c"'],
    ['text', '=upper case("a")', 'upper case("a")'],
    ['text', '=""', '""'],
    ['date', '2026-01-31', '@"2026-01-31"'],
    ['date', '=today()', 'today()'],
    ['number', '80000', '80000'],
    ['boolean', 'true', 'true'],
    ['feel', '[1, 2]', '[1, 2]'],
    ['text', '', ''],
  ] as const)('%s: %s is %s, and back', (kind, shown, feel) => {
    expect(feelOf(kind, shown)).toBe(feel)
    expect(shownOf(kind, feel)).toBe(shown)
  })

  it('reads a date that was written as a call, and shows what is no date as FEEL', () => {
    expect(shownOf('date', 'date("2026-01-31")')).toBe('2026-01-31')
    expect(shownOf('date', '@"P1D"')).toBe('=@"P1D"')
    expect(shownOf('text', '1 + 1')).toBe('=1 + 1')
  })

  it('keeps a text that begins with an equals sign a text', () => {
    expect(feelOf('text', shownOf('text', quoted('=x')))).toBe('"=x"')
    expect(unquoted('"a" + "b"')).toBeNull()
  })
})
