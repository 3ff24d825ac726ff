/** What narrows the inbox, named as people think of it; instants come from the clock when the list is asked for. */
import { choiceParam, textParam, type RawSearch } from '@/shared/routing/search'

export const ORDERS = ['oldest', 'newest', 'due', 'priority'] as const
export const DUES = ['late', 'day', 'week'] as const
export const FOLLOW_UPS = ['now', 'week'] as const
export const PRIORITIES = ['high', 'normal'] as const

export interface TaskFilters {
  process?: string
  order?: (typeof ORDERS)[number]
  due?: (typeof DUES)[number]
  followUp?: (typeof FOLLOW_UPS)[number]
  /** At least. */
  priority?: (typeof PRIORITIES)[number]
  /** Both only where everybody's tasks are seen. */
  group?: string
  assignee?: string
}

export function filtersParam(raw: RawSearch): TaskFilters {
  return {
    process: textParam(raw, 'process'),
    order: choiceParam(raw, 'order', ORDERS),
    due: choiceParam(raw, 'due', DUES),
    followUp: choiceParam(raw, 'followUp', FOLLOW_UPS),
    priority: choiceParam(raw, 'priority', PRIORITIES),
    group: textParam(raw, 'group'),
    assignee: textParam(raw, 'assignee'),
  }
}

/** Only what narrows, without what is absent. */
export function filtersOf(search: TaskFilters): TaskFilters {
  const { process, order, due, followUp, priority, group, assignee } = search
  return { process, order, due, followUp, priority, group, assignee }
}

export function countOf(filters: TaskFilters): number {
  return Object.values(filters).filter((value) => value !== undefined).length
}

const DAY_MS = 86_400_000
const AHEAD: Record<'late' | 'now' | 'day' | 'week', number> = { late: 0, now: 0, day: DAY_MS, week: 7 * DAY_MS }
/** From where on a priority, 0 to 100, counts as high; 50 is what a task has without any. */
export const HIGH = 75
const LEAST = { high: HIGH, normal: 50 }

/** As the server takes it. */
export function queryOf(filters: TaskFilters, now: number) {
  const { process, order, due, followUp, priority, group, assignee } = filters
  const until = (name: keyof typeof AHEAD | undefined): string | undefined => (name === undefined ? undefined : new Date(now + AHEAD[name]).toISOString())
  return {
    process_id: process,
    order,
    due_before: until(due),
    follow_up_before: until(followUp),
    priority_at_least: priority === undefined ? undefined : LEAST[priority],
    group,
    assignee,
  }
}

/** What a field for date and time holds, in the machine's zone; '' for none. */
export function localInput(iso: string | null): string {
  if (iso === null) return ''
  const instant = new Date(iso)
  const local = new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

export function instantOf(input: string): string | null {
  return input === '' ? null : new Date(input).toISOString()
}
