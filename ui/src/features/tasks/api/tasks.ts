/** Calls of the inbox. Keys begin with `tasks`, so hints of the event stream refetch them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'

import { queryOf, type TaskFilters } from '../filters'
import type { TaskView } from '../routes'

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

export function planTask(taskId: string, { due, followUp, priority }: { due: string | null; followUp: string | null; priority: number }): Promise<unknown> {
  const body = { due_at: due, follow_up_at: followUp, priority }
  return unwrap(api.PUT('/api/v1/tasks/{user_task_id}/plan', { params: { path: { user_task_id: taskId } }, body }))
}
