import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'
import { textParam, type RawSearch } from '@/shared/routing/search'

import { readLogSearch } from './filters'

const logs = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mining',
  component: lazyRouteComponent(() => import('./components/LogsPage'), 'LogsPage'),
})

export interface ImportSearch {
  /** The log that a newer export replaces. */
  newer?: string
  /** A running import, so that a reload goes on following it. */
  running?: string
}

const importLog = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mining/import',
  validateSearch: (raw: RawSearch): ImportSearch => ({ newer: textParam(raw, 'newer'), running: textParam(raw, 'running') }),
  component: lazyRouteComponent(() => import('./components/ImportPage'), 'ImportPage'),
})

const log = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mining/logs/$logId',
  validateSearch: readLogSearch,
  component: lazyRouteComponent(() => import('./components/LogPage'), 'LogPage'),
})

const columns = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mining/logs/$logId/columns',
  validateSearch: (raw: RawSearch): Pick<ImportSearch, 'running'> => ({ running: textParam(raw, 'running') }),
  component: lazyRouteComponent(() => import('./components/ColumnsPage'), 'ColumnsPage'),
})

export const miningRoutes = [logs, importLog, log, columns] as const
