/**
 * Readers of search parameters. What a page shows is in its address; an address may come from anywhere, so every value
 * is checked, and what makes no sense is left out instead of breaking the page.
 */
export type RawSearch = Record<string, unknown>

export function textParam(raw: RawSearch, name: string): string | undefined {
  const value = raw[name]
  if (typeof value === 'number') return `${value}`
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function choiceParam<const Choice extends string>(
  raw: RawSearch,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find((choice) => choice === raw[name])
}

export function numberParam(raw: RawSearch, name: string): number | undefined {
  const value = raw[name]
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

export function flagParam(raw: RawSearch, name: string): true | undefined {
  return raw[name] === true || raw[name] === 'true' ? true : undefined
}

/** What maps names to names, or to nothing: `{"a":"b","c":null}`. */
export function mappingParam(raw: RawSearch, name: string): Record<string, string | null> | undefined {
  const value = raw[name]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const pairs = Object.entries(value).filter((pair): pair is [string, string | null] => pair[1] === null || typeof pair[1] === 'string')
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

export function listParam(raw: RawSearch, name: string): string[] | undefined {
  const value = raw[name]
  const items = Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
  if (items.length > 0) return items
  const single = textParam(raw, name)
  return single === undefined ? undefined : [single]
}
