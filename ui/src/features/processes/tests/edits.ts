/** Test cases being edited, with undo: keystrokes in one cell are one step. */
import type { Schemas } from '@/shared/api/types'

export type TestCase = Schemas['TestCase']
export type Side = 'inputs' | 'expected'

export interface History {
  past: TestCase[][]
  present: TestCase[]
  future: TestCase[][]
  /** What the last step edited; the next edit of the same cell joins it. */
  cell: string | null
}

const STEPS_KEPT = 100

export function begin(cases: TestCase[]): History {
  return { past: [], present: cases, future: [], cell: null }
}

export function change(history: History, next: TestCase[], cell: string | null = null): History {
  if (cell !== null && cell === history.cell) return { ...history, present: next, future: [] }
  return { past: [...history.past, history.present].slice(-STEPS_KEPT), present: next, future: [], cell }
}

export function undo(history: History): History {
  const before = history.past.at(-1)
  if (before === undefined) return history
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], cell: null }
}

export function redo(history: History): History {
  const [after, ...future] = history.future
  if (after === undefined) return history
  return { past: [...history.past, history.present], present: after, future, cell: null }
}

/** An id that none of *cases* has. */
export function freeId(cases: readonly TestCase[]): string {
  const numbers = cases.map(({ id }) => Number(/^case_(\d+)$/.exec(id)?.[1] ?? 0))
  return `case_${Math.max(0, ...numbers) + 1}`
}

export function added(cases: TestCase[], like: Partial<TestCase>[] = [{}], at = cases.length): TestCase[] {
  const made: TestCase[] = []
  for (const given of like)
    made.push({ name: '', inputs: {}, expected: {}, ...given, id: freeId([...cases, ...made]) })
  return [...cases.slice(0, at), ...made, ...cases.slice(at)]
}

export function withCell(cases: TestCase[], id: string, side: Side, name: string, feel: string): TestCase[] {
  return cases.map((each) => {
    if (each.id !== id) return each
    const others = Object.fromEntries(Object.entries(each[side]).filter(([key]) => key !== name))
    return { ...each, [side]: feel === '' ? others : { ...others, [name]: feel } }
  })
}
