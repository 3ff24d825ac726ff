/** The example of a finding as the inputs of a test case. */
import type { TableFinding } from '../api/decisionTables'

type Tree = Map<string, Tree | string>

/**
 * FEEL texts by input: `Age` → `17`, and `Customer.age` becomes `{age: 17}` of `Customer`. Null where a column is no
 * name of *inputs* (a calculation, another decision's result): then no input can be said to give the example.
 */
export function inputsOf(example: TableFinding['example'], inputs: readonly string[]): Record<string, string> | null {
  const found: Tree = new Map()
  for (const { expression, text, is_free } of example) {
    if (is_free) continue
    const path = expression.split('.').map((part) => part.trim())
    if (!inputs.includes(path[0] ?? '') || !put(found, path, text)) return null
  }
  return Object.fromEntries([...found].map(([name, value]) => [name, typeof value === 'string' ? value : contextOf(value)]))
}

function put(tree: Tree, [name = '', ...rest]: string[], text: string): boolean {
  const there = tree.get(name)
  if (rest.length === 0) {
    if (there !== undefined && there !== text) return false
    tree.set(name, text)
    return true
  }
  if (typeof there === 'string') return false
  const inner: Tree = there ?? new Map<string, Tree | string>()
  tree.set(name, inner)
  return put(inner, rest, text)
}

function contextOf(tree: Tree): string {
  const entries = [...tree].map(([key, value]) => `${JSON.stringify(key)}: ${typeof value === 'string' ? value : contextOf(value)}`)
  return `{${entries.join(', ')}}`
}
