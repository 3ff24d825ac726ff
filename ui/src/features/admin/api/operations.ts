/** What operators did, what is stuck or given up, and how long history is kept. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

export type OperatorAction = Schemas['OperatorActionOut']
export type StuckInstance = Schemas['StuckInstanceOut']
export type DeadLetter = Schemas['DeadLetterOut']
export type RetentionPolicy = Schemas['RetentionPolicyOut']

export const actionsQuery = infiniteQueryOptions({
  queryKey: ['operator-actions'],
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/v1/operator-actions', { params: { query: { cursor: pageParam ?? undefined } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

export const stuckQuery = infiniteQueryOptions({
  queryKey: ['instances', 'stuck'],
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/v1/stuck-instances', { params: { query: { cursor: pageParam ?? undefined } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

export const lettersQuery = infiniteQueryOptions({
  queryKey: ['dead-letters'],
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/v1/dead-letters', { params: { query: { cursor: pageParam ?? undefined } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

export function retryLetter(outboxId: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/dead-letters/{outbox_id}/retry', { params: { path: { outbox_id: outboxId } } }))
}

export const retentionQuery = queryOptions({
  queryKey: ['retention'],
  queryFn: () => unwrap(api.GET('/api/v1/retention', { params: { query: { limit: 500 } } })),
})

export function setRetention(processId: string, change: { days: number | null; level: RetentionPolicy['history_level']; reason: string }): Promise<unknown> {
  const body = { days: change.days, history_level: change.level, reason: change.reason }
  return unwrap(api.PUT('/api/v1/processes/{process_id}/retention', { params: { path: { process_id: processId } }, body }))
}
