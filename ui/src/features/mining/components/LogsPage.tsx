/** The imported event logs, newest first: what each holds, and what can be done with it. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { logsQuery, type LogSummary } from '../api/logs'
import { LogBadges, Period } from './facts'
import { LogMenu } from './LogMenu'

export function LogsPage() {
  const { t } = useTranslation('mining')
  const can = useCan()
  const logs = useQuery(logsQuery)
  const [selected, setSelected] = useState<string | null>(null)
  const navigate = useNavigate()
  const columns = useColumns()
  const action = can('log.edit') && (
    <Button leftSection={<Icon name="upload" size={14} />} renderRoot={(props) => <Link to="/mining/import" {...props} />}>
      {t('import.action')}
    </Button>
  )
  const isEmpty = logs.data?.items.length === 0
  return (
    <Page title={t('title')} actions={!isEmpty && action}>
      <Panel padding="none">
        <Async query={logs}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="mining" title={t('logs.none')} text={t('logs.noneText')} action={action} />
            ) : (
              <DataTable
                label={t('logs.label')}
                columns={columns}
                rows={items}
                rowKey={(log) => log.log_id}
                selectedKey={selected}
                onSelect={(log) => setSelected(log.log_id)}
                onOpen={(log) => void navigate({ to: '/mining/logs/$logId', params: { logId: log.log_id } })}
              />
            )
          }
        </Async>
      </Panel>
    </Page>
  )
}

function useColumns(): DataColumn<LogSummary>[] {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return useMemo(() => {
    const count = (id: 'cases' | 'events' | 'activities' | 'variants', hideBelow?: 'phone' | 'tablet'): DataColumn<LogSummary> => ({
      id,
      header: t(`count.${id}`),
      align: 'end',
      hideBelow,
      cell: (log) => formatNumber(log[id], language),
      sortValue: (log) => log[id],
    })
    return [
      {
        id: 'name',
        grow: true,
        header: t('logs.name'),
        sortValue: (log) => log.name,
        cell: (log) => (
          <>
            <Link to="/mining/logs/$logId" params={{ logId: log.log_id }}>
              {log.name}
            </Link>{' '}
            <LogBadges log={log} />
          </>
        ),
      },
      count('cases'),
      count('events', 'phone'),
      count('activities', 'phone'),
      count('variants', 'tablet'),
      { id: 'period', header: t('logs.period'), hideBelow: 'tablet', sortValue: (log) => log.first_event_at ?? '', cell: (log) => <Period log={log} /> },
      { id: 'zone', header: t('logs.zone'), hideBelow: 'tablet', cell: (log) => log.timezone ?? <span className="tl-muted">{t('logs.ownOffsets')}</span> },
      { id: 'imported', header: t('logs.imported'), hideBelow: 'phone', sortValue: (log) => log.imported_at, cell: (log) => <RelativeTime iso={log.imported_at} /> },
      { id: 'menu', header: '', align: 'end', cell: (log) => <LogMenu log={log} /> },
    ]
  }, [t, language])
}
