/** A FEEL value in the wire form of the REST API as text. */
export function wireText(value: unknown): string {
  if (typeof value === 'object' && value !== null && '@type' in value) {
    const inner = (value as { value?: unknown }).value
    return typeof inner === 'string' ? inner : wireText(inner)
  }
  if (Array.isArray(value)) return `[${value.map(wireText).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${wireText(item)}`)
      .join(', ')}}`
  return JSON.stringify(value ?? null)
}
