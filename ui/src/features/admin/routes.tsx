import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'

const users = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/users',
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

const account = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./components/AccountPage'), 'AccountPage'),
})

export const adminRoutes = [users, keys, audit, account] as const
