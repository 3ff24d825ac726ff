/** The roles with what each may do. */
import { Checkbox, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import type { RoleName } from '@/shared/api/types'

export const ROLES: readonly RoleName[] = ['admin', 'engineer', 'owner', 'case-worker']

export function RoleChoice({ value, onChange }: { value: RoleName[]; onChange: (roles: RoleName[]) => void }) {
  const { t } = useTranslation('admin')
  return (
    <Checkbox.Group label={t('users.roles')} value={value} onChange={(roles) => onChange(ROLES.filter((role) => roles.includes(role)))}>
      <Stack gap={6} mt={4}>
        {ROLES.map((role) => (
          <Checkbox key={role} value={role} label={t(`role.${role}.name`)} description={t(`role.${role}.may`)} />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
