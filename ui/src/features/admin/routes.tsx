import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'
import { choiceParam, textParam, type RawSearch } from '@/shared/routing/search'
import { sessionQuery } from '@/shared/session/session'

import { ADMIN_TABS, OPERATIONS_VIEWS, type OperationsView } from './tabs'

/** Admin leads to the first of its pages that the person may see. */
const admin = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin',
  beforeLoad: async ({ context }): Promise<void> => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    const tab = ADMIN_TABS.find(({ permission }) => session?.permissions.includes(permission))
    throw redirect({ to: tab?.to ?? '/account', replace: true })
  },
})

const users = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/users',
  validateSearch: (raw: RawSearch): { user?: string } => ({ user: textParam(raw, 'user') }),
  component: lazyRouteComponent(() => import('./components/UsersPage'), 'UsersPage'),
})

const keys = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/service-accounts',
  component: lazyRouteComponent(() => import('./components/KeysPage'), 'KeysPage'),
})

const audit = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/audit',
  component: lazyRouteComponent(() => import('./components/AuditPage'), 'AuditPage'),
})

const operations = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/operations',
  validateSearch: (raw: RawSearch): { view?: OperationsView } => ({ view: choiceParam(raw, 'view', OPERATIONS_VIEWS) }),
  component: lazyRouteComponent(() => import('./components/OperationsPage'), 'OperationsPage'),
})

const account = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./components/AccountPage'), 'AccountPage'),
})

export const adminRoutes = [admin, users, keys, operations, audit, account] as const
