/** The test cases of one decision being edited: kept in the model with every step, with undo. */
import { useState } from 'react'

import type { DecisionEditor } from '../editor/decisionModeler'
import { begin, change, redo, undo, type History, type TestCase } from '../tests/edits'

export function useTestCases(editor: DecisionEditor, decisionId: string) {
  const [history, setHistory] = useState<History>(() => begin(editor.testCases(decisionId)))

  function go(next: History): void {
    if (next === history) return
    setHistory(next)
    editor.setTestCases(decisionId, next.present)
  }

  return {
    cases: history.present,
    change: (next: TestCase[], cell?: string) => go(change(history, next, cell)),
    undo: () => go(undo(history)),
    redo: () => go(redo(history)),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
  }
}

export type TestCaseWork = ReturnType<typeof useTestCases>
