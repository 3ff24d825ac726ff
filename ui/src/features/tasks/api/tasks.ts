/** Calls of the inbox. Keys begin with `tasks`, so hints of the event stream refetch them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'

import type { TaskView } from '../routes'

export function taskListQuery(view: TaskView, search: string) {
  return infiniteQueryOptions({
    queryKey: ['tasks', 'list', view, search],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/tasks', {
          params: { query: { view, search: search === '' ? undefined : search, cursor: pageParam ?? undefined } },
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
