import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./components/HomePage'), 'HomePage'),
})

export const homeRoutes = [home] as const
