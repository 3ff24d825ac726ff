/**
 * Lists that change under a reader: rows that are there are brought up to date and leave at once, new ones wait behind
 * a line "3 new" until the reader asks, so that nothing moves under the cursor.
 */
import { useState } from 'react'

export interface Announced<Row> {
  rows: Row[]
  waiting: number
  show: () => void
}

/** Rows of *fresh* that the reader has already been shown, and how many wait. */
export function splitAnnounced<Row>(
  fresh: readonly Row[],
  keyOf: (row: Row) => string,
  shown: ReadonlySet<string>,
): { rows: Row[]; waiting: number } {
  const rows = fresh.filter((row) => shown.has(keyOf(row)))
  return { rows, waiting: fresh.length - rows.length }
}

/** *scope*: what the list is a list of (view, filters); another scope starts anew, with everything shown. */
export function useAnnounced<Row>(fresh: readonly Row[], keyOf: (row: Row) => string, scope: string): Announced<Row> {
  const [seen, setSeen] = useState<{ scope: string; keys: ReadonlySet<string> }>({ scope: '', keys: new Set() })
  const all = new Set(fresh.map(keyOf))
  const isNewScope = seen.scope !== scope
  // An empty list has no cursor to move under: what comes then is shown at once.
  const isEmpty = ![...all].some((key) => seen.keys.has(key))
  if (isNewScope || (isEmpty && all.size > 0)) {
    setSeen({ scope, keys: all })
    return { rows: [...fresh], waiting: 0, show: () => {} }
  }
  const split = splitAnnounced(fresh, keyOf, seen.keys)
  return { ...split, show: () => setSeen({ scope, keys: all }) }
}
