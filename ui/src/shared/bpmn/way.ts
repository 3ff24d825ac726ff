/** The way that shows a finding: the elements that a case passes, and the flows between them. */
export interface Way {
  path: readonly string[]
  /** Where it ends: the element that the finding is about. */
  end: string | null
}

/** What a way needs to know of what is drawn. */
export interface Drawn {
  id: string
  source?: { id: string }
  target?: { id: string }
}

/** Marks by element id, and for a flow where both its ends are passed. */
export function wayMarks(drawn: readonly Drawn[], way: Way): [string, string][] {
  const passed = new Set(way.path)
  if (way.end !== null) passed.add(way.end)
  return drawn.flatMap(({ id, source, target }): [string, string][] => {
    if (id === way.end) return [[id, 'tl-way-end']]
    const isFlow = source !== undefined && target !== undefined
    const isOn = isFlow ? passed.has(source.id) && passed.has(target.id) && source.id !== way.end : passed.has(id)
    return isOn ? [[id, 'tl-way']] : []
  })
}
