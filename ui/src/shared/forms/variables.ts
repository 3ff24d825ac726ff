/**
 * Variables as rows that a person can edit without a form: a type, and the value as text.
 *
 * Numbers stay text until they are sent, and only those that JavaScript holds exactly are sent as numbers; other JSON
 * goes through as it is, among it the tagged values of FEEL (`{"@type": "date", …}`).
 */
export const VARIABLE_TYPES = ['text', 'number', 'boolean', 'json', 'null'] as const
export type VariableType = (typeof VARIABLE_TYPES)[number]

export interface VariableRow {
  name: string
  type: VariableType
  text: string
}

/** Why a row cannot be sent; the keys of its texts. */
export type RowProblem = 'noName' | 'twice' | 'notNumber' | 'notJson'

export function rowOf(name: string, value: unknown): VariableRow {
  if (value === null || value === undefined) return { name, type: 'null', text: '' }
  if (typeof value === 'string') return { name, type: 'text', text: value }
  if (typeof value === 'number') return { name, type: 'number', text: `${value}` }
  if (typeof value === 'boolean') return { name, type: 'boolean', text: `${value}` }
  return { name, type: 'json', text: JSON.stringify(value, null, 2) }
}

export function rowsOf(variables: Record<string, unknown>): VariableRow[] {
  return Object.entries(variables).map(([name, value]) => rowOf(name, value))
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

function jsonOf(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

/** The problem of each row, in the rows' order; null where there is none. */
export function rowProblems(rows: readonly VariableRow[]): (RowProblem | null)[] {
  return rows.map((row, index) => {
    if (row.name.trim() === '') return 'noName'
    if (rows.findIndex(({ name }) => name === row.name) !== index) return 'twice'
    if (row.type === 'number' && !NUMBER.test(row.text.trim())) return 'notNumber'
    return row.type === 'json' && jsonOf(row.text) === null ? 'notJson' : null
  })
}

function valueOf(row: VariableRow): unknown {
  switch (row.type) {
    case 'text':
      return row.text
    case 'number':
      return Number(row.text)
    case 'boolean':
      return row.text === 'true'
    case 'json':
      return jsonOf(row.text)?.value ?? null
    case 'null':
      return null
  }
}

/** Rows without problems as variables. */
export function variablesOf(rows: readonly VariableRow[]): Record<string, unknown> {
  return Object.fromEntries(rows.map((row) => [row.name.trim(), valueOf(row)]))
}
