/** Calls about users, service accounts, the audit trail and one's own account. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

export const usersQuery = queryOptions({ queryKey: ['users'], queryFn: () => unwrap(api.GET('/api/v1/users')) })

export function addUser(body: Schemas['UserIn']) {
  return unwrap(api.POST('/api/v1/users', { body }))
}

export function changeUser(userId: string, body: Schemas['UserChange']) {
  return unwrap(api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id: userId } }, body }))
}

export function resetUser(userId: string) {
  return unwrap(api.POST('/api/v1/users/{user_id}/reset', { params: { path: { user_id: userId } } }))
}

export const accountsQuery = queryOptions({
  queryKey: ['service-accounts'],
  queryFn: () => unwrap(api.GET('/api/v1/service-accounts')),
})

export function addAccount(body: Schemas['ServiceAccountIn']) {
  return unwrap(api.POST('/api/v1/service-accounts', { body }))
}

export function revokeAccount(accountId: string) {
  return unwrap(api.DELETE('/api/v1/service-accounts/{account_id}', { params: { path: { account_id: accountId } } }))
}

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: () => unwrap(api.GET('/api/v1/system')),
  staleTime: Number.POSITIVE_INFINITY,
})

export const auditQuery = infiniteQueryOptions({
  queryKey: ['audit'],
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/v1/audit', { params: { query: { cursor: pageParam, limit: 100 } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor ?? null,
})
