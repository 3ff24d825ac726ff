/** The one cache of server state. A void session anywhere leads to the sign-in page; failed changes say so. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'

import { ApiError } from '@/shared/api/problem'
import { sessionQuery } from '@/shared/session/session'

function onError(error: unknown): void {
  // The session ended elsewhere (signed out, expired): the shell's guard then asks to sign in.
  if (error instanceof ApiError && error.problem.status === 401) queryClient.setQueryData(sessionQuery.queryKey, null)
}

function isWorthRetrying(failures: number, error: unknown): boolean {
  const status = error instanceof ApiError ? error.problem.status : 0
  return failures < 2 && (status === 0 || status >= 502)
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: { queries: { staleTime: 10_000, retry: isWorthRetrying, refetchOnWindowFocus: true } },
})
