/**
 * What a person has typed into a task and not yet sent, kept for this tab only: it survives a reload or a lost session,
 * and is gone with the tab, because it may be personal data.
 */
const PREFIX = 'taktloom.task-draft.'

export function readDraft(taskId: string): Record<string, unknown> | null {
  const text = sessionStorage.getItem(PREFIX + taskId)
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

export function writeDraft(taskId: string, data: Record<string, unknown>): void {
  try {
    sessionStorage.setItem(PREFIX + taskId, JSON.stringify(data))
  } catch {
    // No room left in this tab: the draft is a comfort, the form itself still holds what was typed.
  }
}

export function dropDraft(taskId: string): void {
  sessionStorage.removeItem(PREFIX + taskId)
}
