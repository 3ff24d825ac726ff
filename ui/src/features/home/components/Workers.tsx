/** Which job workers report, and since when others are silent. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Home } from '@/shared/api/types'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Panel } from '@/shared/ui/Panel'
import { RelativeTime, useNow } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

type WorkerRow = Home['workers'][number]

// Workers ask for jobs at least once a minute (the longest long poll); two missed polls are silence.
const SILENT_MS = 120_000

export function Workers({ workers }: { workers: Home['workers'] }) {
  const { t } = useTranslation('home')
  const now = useNow()
  const columns = useMemo<DataColumn<WorkerRow>[]>(
    () => [
      { id: 'name', grow: true, header: t('workers.name'), cell: (row) => row.name, sortValue: (row) => row.name },
      {
        id: 'types',
        header: t('workers.types'),
        cell: (row) => <span title={row.job_types.join(', ')}>{row.job_types.join(', ')}</span>,
        hideBelow: 'phone',
      },
      {
        id: 'seen',
        header: t('workers.seen'),
        cell: (row) => <RelativeTime iso={row.last_seen_at} />,
        sortValue: (row) => row.last_seen_at,
      },
      {
        id: 'state',
        header: t('workers.state'),
        cell: (row) =>
          now - Date.parse(row.last_seen_at) > SILENT_MS ? (
            <StateBadge state="waiting" label={t('workers.silent')} />
          ) : (
            <StateBadge state="running" label={t('workers.working')} />
          ),
      },
    ],
    [t, now],
  )
  return (
    <Panel title={t('workers.title')} padding={workers.length === 0 ? 'normal' : 'none'}>
      {workers.length === 0 ? (
        <Empty icon="system" title={t('workers.none')} text={t('workers.noneText')} />
      ) : (
        <DataTable label={t('workers.title')} columns={columns} rows={workers} rowKey={(row) => row.name} />
      )}
    </Panel>
  )
}
