import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'

const logs = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mining',
  component: lazyRouteComponent(() => import('./components/LogsPage'), 'LogsPage'),
})

const log = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mining/$logId',
  component: lazyRouteComponent(() => import('./components/LogPage'), 'LogPage'),
})

export const miningRoutes = [logs, log] as const
