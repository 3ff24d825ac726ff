/**
 * Values of decisions as people write them, and as FEEL text, which is what is kept and sent.
 *
 * A text field holds the text itself, a date field 2026-01-31; what begins with `=` is FEEL in every field, as in a
 * spreadsheet. Numbers, booleans and everything else are FEEL as they stand.
 */
import type { Schemas } from '@/shared/api/types'

export type DecisionField = Schemas['DecisionField']
export type FieldKind = DecisionField['kind']

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\' }
const DAY = /^\d{4}-\d{2}-\d{2}$/

export function quoted(text: string): string {
  const inner = text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')
  return `"${inner}"`
}

/** The text of a FEEL string literal, null for any other expression. */
export function unquoted(feel: string): string | null {
  if (!/^"(?:[^"\\]|\\.)*"$/s.test(feel)) return null
  return feel
    .slice(1, -1)
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["'\\ntr])/g, (_, letter: string) => ESCAPES[letter] ?? letter)
}

/** What a person sees of a FEEL text. */
export function shownOf(kind: FieldKind, feel: string): string {
  if (feel === '') return ''
  if (kind === 'text') {
    const text = unquoted(feel)
    return text === null || text === '' || text.startsWith('=') ? `=${feel}` : text
  }
  if (kind === 'date') {
    const day = /^(?:@|date\()"(\d{4}-\d{2}-\d{2})"\)?$/.exec(feel)?.[1]
    return day ?? `=${feel}`
  }
  return feel
}

/** The FEEL text of what a person wrote. */
export function feelOf(kind: FieldKind, shown: string): string {
  const text = shown.trim()
  if (text === '') return ''
  if (text.startsWith('=')) return text.slice(1).trim()
  if (kind === 'text') return quoted(shown)
  return kind === 'date' && DAY.test(text) ? `@"${text}"` : text
}
