/** A text cut at the words that begin at *positions* (offsets in code points, as the server counts). */
export interface Part {
  text: string
  isMarked: boolean
}

export function marked(text: string, positions: readonly number[]): Part[] {
  const letters = [...text]
  const parts: Part[] = []
  let at = 0
  for (const start of [...new Set(positions)].sort((a, b) => a - b)) {
    if (start < at || start > letters.length) continue
    const word = /^(?:[\p{L}\p{N}_]+|.)/su.exec(letters.slice(start).join(''))?.[0] ?? ' '
    if (start > at) parts.push({ text: letters.slice(at, start).join(''), isMarked: false })
    parts.push({ text: word, isMarked: true })
    at = start + [...word].length
  }
  if (at < letters.length) parts.push({ text: letters.slice(at).join(''), isMarked: false })
  return parts
}
