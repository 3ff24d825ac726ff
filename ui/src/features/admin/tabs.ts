/** The pages of Admin and the permission that each needs. */
export const ADMIN_TABS = [
  { key: 'users', to: '/admin/users', permission: 'user.admin' },
  { key: 'accounts', to: '/admin/service-accounts', permission: 'key.admin' },
  { key: 'operations', to: '/admin/operations', permission: 'instance.view' },
  { key: 'audit', to: '/admin/audit', permission: 'system.view' },
] as const

export const OPERATIONS_VIEWS = ['actions', 'stuck', 'letters', 'retention'] as const
export type OperationsView = (typeof OPERATIONS_VIEWS)[number]
