/** Marks on the rules of a decision table that dmn-js shows: a note beside the number of a rule, a ground under its row. */

export interface RuleMark {
  ruleId: string
  note?: string
  tone?: 'matched' | 'never'
}

// The light colours of the theme: a table is paper in the dark scheme too.
const TONES = { matched: '#e5f4e6', never: '#fdf3dc' }

/** The style sheet of *marks*. Not classes: dmn-js draws its rows again whenever it likes. */
export function ruleStyles(marks: readonly RuleMark[]): string {
  return marks.map(ruleStyle).join('\n')
}

function ruleStyle({ ruleId, note, tone }: RuleMark): string {
  const row = `[data-row-id="${CSS.escape(ruleId)}"]`
  const parts: string[] = []
  if (tone !== undefined) parts.push(`tr:has(> td${row}), tr:has(> td${row}) > td { background: ${TONES[tone]} !important; }`)
  if (note !== undefined)
    parts.push(`td.rule-index${row}::after { content: ${JSON.stringify(note)}; display: block; font-size: 11px; white-space: nowrap; }`)
  return parts.join('\n')
}
