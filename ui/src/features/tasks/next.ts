/**
 * The task to show after *done*: the one below it, at the end of the list the one above, null when none is left.
 * *lastAt*: where it stood before it left the list by itself (claimed out of the group's view), -1 when unknown.
 */
export function nextTask(ids: readonly string[], done: string, lastAt = -1): string | null {
  const at = ids.indexOf(done)
  if (at === -1) return ids[Math.min(Math.max(lastAt, 0), ids.length - 1)] ?? null
  return ids[at + 1] ?? ids[at - 1] ?? null
}

/** Tells whether a due instant is past or within a day: what the inbox marks. */
export function dueState(due: string | null, now: number): 'late' | 'soon' | 'later' | 'none' {
  if (due === null) return 'none'
  const left = Date.parse(due) - now
  if (left < 0) return 'late'
  return left < 86_400_000 ? 'soon' : 'later'
}
