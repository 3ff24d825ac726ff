/** Marks on the rules of a decision table that dmn-js shows: a note beside the number of a rule, a ground under its row. */

export interface RuleMark {
  ruleId: string
  /** Only the cell of this column. */
  columnId?: string
  note?: string
  tone?: 'matched' | 'never' | 'finding'
}

// The light colours of the theme: a table is paper in the dark scheme too.
const TONES = { matched: '#e5f4e6', never: '#fdf3dc', finding: '#fde5c8' }

/** The style sheet of *marks*. Not classes: dmn-js draws its rows again whenever it likes. */
export function ruleStyles(marks: readonly RuleMark[]): string {
  return marks.map(ruleStyle).join('\n')
}

function ruleStyle({ ruleId, columnId, note, tone }: RuleMark): string {
  const column = columnId === undefined ? '' : `[data-col-id="${CSS.escape(columnId)}"]`
  const row = `[data-row-id="${CSS.escape(ruleId)}"]${column}`
  const parts: string[] = []
  if (tone !== undefined) parts.push(`tr:has(> td${row}), tr:has(> td${row}) > td { background: ${TONES[tone]} !important; }`)
  if (note !== undefined)
    parts.push(`td.rule-index${row}::after { content: ${JSON.stringify(note)}; display: block; font-size: 11px; white-space: nowrap; }`)
  return parts.join('\n')
}
