/** Calls of the inbox. Keys begin with `tasks`, so hints of the event stream refetch them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import { ApiError, type Problem } from '@/shared/api/problem'
import type { Schemas } from '@/shared/api/types'

import { queryOf, type TaskFilters } from '../filters'
import type { TaskView } from '../routes'

export interface Refused {
  taskId: string
  problem: Problem
}

/** Of what was done to several: how many went, and why the others did not. */
export interface Outcome {
  done: number
  refused: Refused[]
}

function outcomeOf(outcomes: Schemas['BulkOutcome'][]): Outcome {
  const refused = outcomes.flatMap(({ user_task_id, problem }) => (problem === null ? [] : [{ taskId: user_task_id, problem: problem as Problem }]))
  return { done: outcomes.length - refused.length, refused }
}

export function taskListQuery(view: TaskView, search: string, filters: TaskFilters) {
  return infiniteQueryOptions({
    queryKey: ['tasks', 'list', view, search, filters],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/tasks', {
          params: { query: { ...queryOf(filters, Date.now()), view, search: search === '' ? undefined : search, cursor: pageParam ?? undefined } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
}

export function taskQuery(taskId: string) {
  return queryOptions({
    queryKey: ['tasks', 'one', taskId],
    queryFn: () => unwrap(api.GET('/api/v1/tasks/{user_task_id}', { params: { path: { user_task_id: taskId } } })),
  })
}

export function claimTask(taskId: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/tasks/{user_task_id}/claim', { params: { path: { user_task_id: taskId } } }))
}

export function unclaimTask(taskId: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/tasks/{user_task_id}/unclaim', { params: { path: { user_task_id: taskId } } }))
}

export function completeTask(taskId: string, variables: Record<string, unknown>): Promise<unknown> {
  return unwrap(
    api.POST('/api/v1/tasks/{user_task_id}/complete', { params: { path: { user_task_id: taskId } }, body: { variables } }),
  )
}

export const countsQuery = queryOptions({ queryKey: ['tasks', 'counts'], queryFn: () => unwrap(api.GET('/api/v1/tasks/counts')) })

/** Somebody does part of one's own task; it comes back when they resolve it. */
export function delegateTask(taskId: string, to: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/tasks/{user_task_id}/delegate', { params: { path: { user_task_id: taskId } }, body: { to } }))
}

export function resolveTask(taskId: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/tasks/{user_task_id}/resolve', { params: { path: { user_task_id: taskId } } }))
}

export function assignTask(taskId: string, assignee: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/tasks/{user_task_id}/assign', { params: { path: { user_task_id: taskId } }, body: { assignee } }))
}

export function claimTasks(ids: string[]): Promise<Outcome> {
  return unwrap(api.POST('/api/v1/tasks/claims', { body: { user_task_ids: ids } })).then(outcomeOf)
}

export function assignTasks(ids: string[], assignee: string): Promise<Outcome> {
  return unwrap(api.POST('/api/v1/tasks/assignments', { body: { user_task_ids: ids, assignee } })).then(outcomeOf)
}

/** One after the other: each is one's own to hand over, and is answered for. */
export async function delegateTasks(ids: string[], to: string): Promise<Outcome> {
  const refused: Refused[] = []
  for (const id of ids)
    try {
      await delegateTask(id, to)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      refused.push({ taskId: id, problem: error.problem })
    }
  return { done: ids.length - refused.length, refused }
}

export function planTask(taskId: string, { due, followUp, priority }: { due: string | null; followUp: string | null; priority: number }): Promise<unknown> {
  const body = { due_at: due, follow_up_at: followUp, priority }
  return unwrap(api.PUT('/api/v1/tasks/{user_task_id}/plan', { params: { path: { user_task_id: taskId } }, body }))
}
