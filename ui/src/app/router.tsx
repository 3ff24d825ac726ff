/** Composes the features' routes. What a page shows is in its address, so every address can be sent to somebody. */
import { createRouter, parseSearchWith, stringifySearchWith } from '@tanstack/react-router'

import { adminRoutes } from '@/features/admin/routes'
import { decisionsRoutes } from '@/features/decisions/routes'
import { homeRoutes } from '@/features/home/routes'
import { miningRoutes } from '@/features/mining/routes'
import { processesRoutes } from '@/features/processes/routes'
import { signInRoutes } from '@/features/signin/routes'
import { tasksRoutes } from '@/features/tasks/routes'
import { rootRoute, shellRoute } from '@/shared/routing/roots'
import { Problem } from '@/shared/ui/Problem'

import { NotFound } from './NotFound'
import { queryClient } from './queryClient'
import { Shell } from './shell/Shell'

rootRoute.update({ notFoundComponent: NotFound, errorComponent: ({ error, reset }) => <Problem error={error} onRetry={reset} /> })
shellRoute.update({ component: Shell })

const routeTree = rootRoute.addChildren([
  ...signInRoutes,
  shellRoute.addChildren([...homeRoutes, ...tasksRoutes, ...processesRoutes, ...decisionsRoutes, ...miningRoutes, ...adminRoutes]),
])

/** Ids are long digits: as numbers they would lose their last ones, so a parameter is text unless it is marked as JSON. */
function readParameter(text: string): unknown {
  return /^[[{"]/.test(text) ? JSON.parse(text) : text
}

export const router = createRouter({
  parseSearch: parseSearchWith(readParameter),
  stringifySearch: stringifySearchWith(JSON.stringify),
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
