/** The instance's rows of the event log: what mining and KPIs read. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/shared/api/types'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { instanceEventsQuery } from '../api/instances'

export function EventRows({ instanceKey }: { instanceKey: string }) {
  const { t } = useTranslation('processes')
  const events = useQuery(instanceEventsQuery(instanceKey))
  const columns: DataColumn<Schemas['EventOut']>[] = [
    { id: 'activity', header: t('column.activity'), cell: (row) => row.activity },
    { id: 'lifecycle', header: t('column.lifecycle'), cell: (row) => row.lifecycle },
    { id: 'at', header: t('column.at'), cell: (row) => <RelativeTime iso={row.occurred_at} /> },
    { id: 'resource', header: t('column.resource'), hideBelow: 'phone', cell: (row) => row.resource ?? '–' },
    {
      id: 'attributes',
      header: t('column.attributes'),
      hideBelow: 'tablet',
      cell: (row) =>
        Object.entries(row.attributes)
          .map(([name, value]) => `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`)
          .join(' · '),
    },
  ]
  return (
    <Async query={events}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('instance.noEvents')} />
        ) : (
          <DataTable label={t('instance.tab.events')} columns={columns} rows={rows} rowKey={(row) => row.event_id} />
        )
      }
    </Async>
  )
}
