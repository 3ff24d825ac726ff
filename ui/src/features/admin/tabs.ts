/** The pages of Admin and the permission that each needs. */
export const ADMIN_TABS = [
  { key: 'users', to: '/admin/users', permission: 'user.admin' },
  { key: 'accounts', to: '/admin/service-accounts', permission: 'key.admin' },
  { key: 'audit', to: '/admin/audit', permission: 'system.view' },
] as const
