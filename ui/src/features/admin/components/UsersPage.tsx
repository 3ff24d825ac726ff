/** People: add, change, disable, give a one-time link. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { User } from '@/shared/api/types'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { RelativeTime } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import { usersQuery } from '../api/people'
import { AddUser } from './AddUser'
import { AdminTabs } from './AdminTabs'
import { EditUser } from './EditUser'

export function UsersPage() {
  const { t } = useTranslation('admin')
  const { user: chosen } = useSearch({ from: '/shell/admin/users' })
  const navigate = useNavigate({ from: '/admin/users' })
  const [isAdding, adding] = useDisclosure(false)
  const users = useQuery(usersQuery)
  const columns = useColumns()
  const choose = (user: string | undefined) => void navigate({ search: { user }, replace: true })
  const chosenUser = users.data?.items.find(({ user_id }) => user_id === chosen)
  return (
    <Page
      title={t('title')}
      actions={
        <Button leftSection={<Icon name="plus" size={14} />} onClick={adding.open}>
          {t('users.add')}
        </Button>
      }
    >
      <AdminTabs />
      <Panel padding="none">
        <Async query={users}>
          {({ items }) => (
            <DataTable
              label={t('tab.users')}
              columns={columns}
              rows={items}
              rowKey={(row) => row.user_id}
              selectedKey={chosen ?? null}
              onSelect={(row) => choose(row.user_id)}
            />
          )}
        </Async>
      </Panel>
      {isAdding && <AddUser onClose={adding.close} />}
      {chosenUser !== undefined && <EditUser key={chosenUser.user_id} user={chosenUser} onClose={() => choose(undefined)} />}
    </Page>
  )
}

function useColumns(): DataColumn<User>[] {
  const { t } = useTranslation('admin')
  return useMemo(
    () => [
      { id: 'username', header: t('users.username'), cell: (row) => row.username, sortValue: (row) => row.username },
      { id: 'name', grow: true, header: t('users.displayName'), cell: (row) => row.display_name, sortValue: (row) => row.display_name },
      { id: 'roles', header: t('users.roles'), cell: (row) => row.roles.map((role) => t(`role.${role}.name`)).join(', ') },
      { id: 'groups', header: t('users.groups'), cell: (row) => row.groups.join(', '), hideBelow: 'tablet' },
      {
        id: 'seen',
        header: t('users.lastSignIn'),
        hideBelow: 'phone',
        sortValue: (row) => row.last_sign_in_at ?? '',
        cell: (row) =>
          row.last_sign_in_at === null ? <span className="tl-muted">{t('users.never')}</span> : <RelativeTime iso={row.last_sign_in_at} />,
      },
      { id: 'state', header: t('users.state'), cell: (row) => (row.is_disabled ? <StateBadge state="disabled" /> : null), hideBelow: 'phone' },
    ],
    [t],
  )
}
