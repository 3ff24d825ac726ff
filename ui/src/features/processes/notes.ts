/** The notes of a draft made from a log: `{elements: [{element_id, why, values}]}`; *why* is the key of a text. */
export interface ElementNote {
  why: string
  values: Record<string, unknown>
}

type Notes = Record<string, unknown>

function isRecord(value: unknown): value is Notes {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** All notes of one element, in order; what has another shape is no note. */
export function notesOf(notes: Notes, elementId: string): ElementNote[] {
  const { elements } = notes
  if (!Array.isArray(elements)) return []
  return elements.flatMap((each: unknown) => {
    if (!isRecord(each) || each.element_id !== elementId || typeof each.why !== 'string') return []
    return [{ why: each.why, values: isRecord(each.values) ? each.values : {} }]
  })
}

/** The reasons behind a class, as codes; the note holds them in one text. */
export function reasonsOf(value: unknown): string[] {
  return typeof value === 'string' ? value.split(', ').filter((code) => code !== '') : []
}
