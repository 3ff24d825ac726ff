/** The deployed decisions; the way to trying an expression. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Page } from '@/shared/ui/Page'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { decisionListQuery, type DeployedDecision } from '../api/decisions'

export function DecisionsPage() {
  const { t } = useTranslation('decisions')
  const navigate = useNavigate()
  const can = useCan()
  const decisions = useQuery(decisionListQuery)
  useLiveTopics('processes')
  const columns: DataColumn<DeployedDecision>[] = [
    {
      id: 'name',
      header: t('column.decision'),
      sortValue: (row) => row.name,
      cell: (row) => (
        <Link to="/decisions/$decisionId" params={{ decisionId: row.decision_id }}>
          {row.name}
        </Link>
      ),
    },
    { id: 'version', header: t('column.version'), align: 'end', sortValue: (row) => row.version, cell: (row) => row.version },
    { id: 'file', header: t('column.file'), hideBelow: 'phone', cell: (row) => row.resource_name },
    {
      id: 'deployed',
      header: t('column.deployed'),
      hideBelow: 'phone',
      sortValue: (row) => row.deployed_at,
      cell: (row) => <RelativeTime iso={row.deployed_at} />,
    },
  ]
  return (
    <Page title={t('title')} actions={can('decision.evaluate') && <Link to="/feel">{t('feel.title')}</Link>}>
      <Async query={decisions} rows={5}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              icon="table"
              title={t('none')}
              text={t('noneText')}
              action={
                <Link to="/processes" search={{ tab: 'drafts' }}>
                  {t('toDrafts')}
                </Link>
              }
            />
          ) : (
            <DataTable
              label={t('title')}
              columns={columns}
              rows={items}
              rowKey={(row) => row.decision_id}
              onOpen={(row) => void navigate({ to: '/decisions/$decisionId', params: { decisionId: row.decision_id } })}
            />
          )
        }
      </Async>
    </Page>
  )
}
