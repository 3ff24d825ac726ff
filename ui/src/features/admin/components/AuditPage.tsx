/** Who did what, newest first. */
import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { AuditEntry } from '@/shared/api/types'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Loading } from '@/shared/ui/Loading'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { auditQuery } from '../api/people'
import { AdminTabs } from './AdminTabs'

export function AuditPage() {
  const { t } = useTranslation('admin')
  const query = useInfiniteQuery(auditQuery)
  const pages = query.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages])
  const columns = useColumns()
  return (
    <Page title={t('title')}>
      <AdminTabs />
      <Panel padding="none">
        {query.isPending && <Loading rows={8} />}
        {query.error !== null && <Problem error={query.error} onRetry={() => void query.refetch()} />}
        {query.isSuccess && rows.length === 0 && <Empty title={t('audit.none')} />}
        {rows.length > 0 && <DataTable label={t('tab.audit')} columns={columns} rows={rows} rowKey={(row) => `${row.entry_id}`} />}
      </Panel>
      {query.hasNextPage && (
        <Button variant="subtle" mt="sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('shared:action.showMore')}
        </Button>
      )}
    </Page>
  )
}

function useColumns(): DataColumn<AuditEntry>[] {
  const { t } = useTranslation('admin')
  return useMemo(
    () => [
      { id: 'at', header: t('audit.at'), cell: (row) => <RelativeTime iso={row.at} /> },
      { id: 'actor', header: t('audit.actor'), cell: (row) => row.actor, sortValue: (row) => row.actor },
      {
        id: 'action',
        header: t('audit.action'),
        cell: (row) => t(`action.${row.action}`, { defaultValue: row.action }),
        sortValue: (row) => row.action,
      },
      { id: 'target', grow: true, header: t('audit.target'), cell: (row) => row.target, sortValue: (row) => row.target },
      { id: 'reason', header: t('audit.reason'), cell: (row) => row.reason, hideBelow: 'phone' },
    ],
    [t],
  )
}
