/** Who is signed in, and what they may do. The server decides; the page only hides what would be refused. */
import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query'

import { api, setCsrfToken, unwrap } from '@/shared/api/client'
import type { Session } from '@/shared/api/types'
import { ApiError } from '@/shared/api/problem'

export const PERMISSIONS = [
  'process.view', 'process.deploy', 'process.edit', 'instance.start', 'instance.view', 'instance.operate',
  'task.work', 'task.view_all', 'log.view', 'log.edit', 'job.work', 'user.admin', 'key.admin',
  'system.view', 'system.admin', 'message.publish', 'decision.evaluate',
] as const
export type Permission = (typeof PERMISSIONS)[number]

export function acceptSession(session: Session): Session {
  setCsrfToken(session.csrf_token)
  return session
}

async function fetchSession(): Promise<Session | null> {
  try {
    return acceptSession(await unwrap(api.GET('/api/v1/session')))
  } catch (error) {
    // Not signed in is an answer, not a failure.
    if (error instanceof ApiError && error.problem.status === 401) return null
    throw error
  }
}

export const sessionQuery = queryOptions({ queryKey: ['session'], queryFn: fetchSession, staleTime: 300_000 })

/** The session of a page inside the shell, where nobody gets without one. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery)
  if (data === null) throw new Error('no session inside the shell')
  return data
}

export function useCan(): (permission: Permission) => boolean {
  const { data } = useQuery(sessionQuery)
  return (permission) => data?.permissions.includes(permission) ?? false
}
