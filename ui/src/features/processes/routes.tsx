import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'
import { flagParam, textParam, type RawSearch } from '@/shared/routing/search'

const processes = createRoute({
  getParentRoute: () => shellRoute,
  path: '/processes',
  component: lazyRouteComponent(() => import('./components/ProcessesPage'), 'ProcessesPage'),
})

const process = createRoute({
  getParentRoute: () => shellRoute,
  path: '/processes/$processId',
  component: lazyRouteComponent(() => import('./components/ProcessPage'), 'ProcessPage'),
})

export interface InstancesSearch {
  process?: string
  status?: string
  search?: string
  incidents?: true
}

const instances = createRoute({
  getParentRoute: () => shellRoute,
  path: '/instances',
  validateSearch: (raw: RawSearch): InstancesSearch => ({
    process: textParam(raw, 'process'),
    status: textParam(raw, 'status'),
    search: textParam(raw, 'search'),
    incidents: flagParam(raw, 'incidents'),
  }),
  component: lazyRouteComponent(() => import('./components/InstancesPage'), 'InstancesPage'),
})

const instance = createRoute({
  getParentRoute: () => shellRoute,
  path: '/instances/$instanceKey',
  component: lazyRouteComponent(() => import('./components/InstancePage'), 'InstancePage'),
})

const incidents = createRoute({
  getParentRoute: () => shellRoute,
  path: '/incidents',
  component: lazyRouteComponent(() => import('./components/IncidentsPage'), 'IncidentsPage'),
})

export const processesRoutes = [processes, process, instances, instance, incidents] as const
