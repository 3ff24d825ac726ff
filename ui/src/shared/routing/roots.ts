/**
 * The two routes that every feature hangs its own below. They live here because features may not import from `app`;
 * `app/router.tsx` gives them their components.
 */
import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router'

import { sessionQuery } from '@/shared/session/session'

export interface RouterContext {
  queryClient: QueryClient
}

export const rootRoute = createRootRouteWithContext<RouterContext>()()

/** Pages inside the shell (rail and bar), for people who are signed in. */
export const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: 'shell', beforeLoad: requireSession })

interface Visit {
  context: RouterContext
  location: { href: string }
}

/** Sends those who are not signed in to the sign-in page, which brings them back here. */
async function requireSession({ context, location }: Visit): Promise<void> {
  const session = await context.queryClient.ensureQueryData(sessionQuery)
  if (session === null) throw redirect({ to: '/sign-in', search: { next: location.href }, replace: true })
}
