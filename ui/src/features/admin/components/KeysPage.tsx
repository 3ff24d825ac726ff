/** Service accounts: machines' identities, their keys shown once, revoked at any time. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { ServiceAccount } from '@/shared/api/types'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { RelativeTime, useNow } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import { accountsQuery } from '../api/people'
import { AddKey } from './AddKey'
import { AdminTabs } from './AdminTabs'
import { RevokeKey } from './RevokeKey'

export function KeysPage() {
  const { t } = useTranslation('admin')
  const accounts = useQuery(accountsQuery)
  const [isAdding, adding] = useDisclosure(false)
  const [revoking, setRevoking] = useState<ServiceAccount | null>(null)
  const columns = useColumns(setRevoking)
  const add = (
    <Button leftSection={<Icon name="plus" size={14} />} onClick={adding.open}>
      {t('keys.add')}
    </Button>
  )
  return (
    <Page title={t('title')} actions={add}>
      <AdminTabs />
      <Panel padding="none">
        <Async query={accounts}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="key" title={t('keys.none')} text={t('keys.noneText')} />
            ) : (
              <DataTable label={t('tab.accounts')} columns={columns} rows={items} rowKey={(row) => row.account_id} />
            )
          }
        </Async>
      </Panel>
      {isAdding && <AddKey onClose={adding.close} />}
      {revoking !== null && <RevokeKey account={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  )
}

/** A revoked or expired key opens nothing. */
function KeyState({ account }: { account: ServiceAccount }) {
  const { t } = useTranslation('admin')
  const now = useNow()
  if (account.revoked_at !== null) return <StateBadge state="revoked" />
  if (account.expires_at !== null && Date.parse(account.expires_at) < now) return <StateBadge state="cancelled" label={t('keys.expired')} />
  return <StateBadge state="running" label={t('keys.valid')} />
}

function useColumns(onRevoke: (account: ServiceAccount) => void): DataColumn<ServiceAccount>[] {
  const { t } = useTranslation('admin')
  return useMemo(
    () => [
      { id: 'name', grow: true, header: t('keys.name'), cell: (row) => row.name, sortValue: (row) => row.name },
      { id: 'prefix', header: t('keys.key'), cell: (row) => <code>{row.key_prefix}…</code>, hideBelow: 'phone' },
      { id: 'types', header: t('keys.jobTypes'), cell: (row) => row.job_types.join(', '), hideBelow: 'tablet' },
      { id: 'scopes', header: t('keys.scopes'), cell: (row) => row.routes.join(', '), hideBelow: 'tablet' },
      {
        id: 'used',
        header: t('keys.lastUsed'),
        hideBelow: 'phone',
        sortValue: (row) => row.last_used_at ?? '',
        cell: (row) => (row.last_used_at === null ? <span className="tl-muted">{t('users.never')}</span> : <RelativeTime iso={row.last_used_at} />),
      },
      {
        id: 'expires',
        header: t('keys.expires'),
        hideBelow: 'tablet',
        sortValue: (row) => row.expires_at ?? '9999',
        cell: (row) => (row.expires_at === null ? <span className="tl-muted">{t('users.never')}</span> : <RelativeTime iso={row.expires_at} />),
      },
      { id: 'state', header: t('users.state'), cell: (row) => <KeyState account={row} /> },
      {
        id: 'revoke',
        header: t('keys.action'),
        align: 'end',
        cell: (row) =>
          row.revoked_at === null && (
            <Button variant="subtle" color="gray" size="compact-xs" aria-label={t('keys.revokeNamed', { name: row.name })} onClick={() => onRevoke(row)}>
              {t('keys.revoke')}
            </Button>
          ),
      },
    ],
    [t, onRevoke],
  )
}
