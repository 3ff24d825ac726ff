/** For who runs the system: what operators did, instances that wait for nothing, messages given up, how long history stays. */
import { Button, SegmentedControl } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseInfiniteQueryResult } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Loading } from '@/shared/ui/Loading'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { actionsQuery, lettersQuery, retentionQuery, retryLetter, stuckQuery, type DeadLetter, type OperatorAction, type RetentionPolicy, type StuckInstance } from '../api/operations'
import { OPERATIONS_VIEWS, type OperationsView } from '../tabs'
import { AdminTabs } from './AdminTabs'
import { RetentionDialog } from './RetentionDialog'

const NEEDS: Record<OperationsView, 'system.view' | 'system.admin' | 'instance.view'> = {
  actions: 'instance.view',
  stuck: 'instance.view',
  letters: 'system.admin',
  retention: 'system.view',
}

export function OperationsPage() {
  const { t } = useTranslation('admin')
  const can = useCan()
  const { view = 'actions' } = useSearch({ from: '/shell/admin/operations' })
  const navigate = useNavigate({ from: '/admin/operations' })
  const views = OPERATIONS_VIEWS.filter((each) => can(NEEDS[each]))
  return (
    <Page title={t('title')}>
      <AdminTabs />
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label={t('tab.operations')}
        data={views.map((value) => ({ value, label: t(`operations.view.${value}`) }))}
        value={view}
        onChange={(value) => void navigate({ search: { view: value }, replace: true })}
      />
      {view === 'actions' && <Actions />}
      {view === 'stuck' && <Stuck />}
      {view === 'letters' && <Letters />}
      {view === 'retention' && <Retention />}
    </Page>
  )
}

interface ListProps<Row extends object> {
  view: OperationsView
  query: Pick<UseInfiniteQueryResult<{ pages: { items: Row[] }[] }>, 'data' | 'error' | 'isPending' | 'refetch' | 'hasNextPage' | 'fetchNextPage' | 'isFetchingNextPage'>
  columns: DataColumn<Row>[]
  rowKey: (row: Row) => string
}

function List<Row extends object>({ view, query, columns, rowKey }: ListProps<Row>) {
  const { t } = useTranslation('admin')
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Panel padding="none">
      {query.isPending && <Loading rows={6} />}
      {query.error !== null && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && rows.length === 0 && <Empty title={t(`operations.none.${view}`)} />}
      {rows.length > 0 && <DataTable label={t(`operations.view.${view}`)} columns={columns} rows={rows} rowKey={rowKey} />}
      {query.hasNextPage && (
        <Button variant="subtle" m="sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('shared:action.showMore')}
        </Button>
      )}
    </Panel>
  )
}

function Instance({ instanceKey, name }: { instanceKey: string; name?: string | null }) {
  return (
    <Link to="/instances/$instanceKey" params={{ instanceKey }}>
      {name ?? instanceKey}
    </Link>
  )
}

function Actions() {
  const { t } = useTranslation('admin')
  const query = useInfiniteQuery(actionsQuery)
  const columns: DataColumn<OperatorAction>[] = [
    { id: 'at', header: t('audit.at'), cell: (row) => <RelativeTime iso={row.occurred_at} /> },
    { id: 'actor', header: t('audit.actor'), hideBelow: 'phone', cell: (row) => row.actor ?? '–' },
    { id: 'action', header: t('audit.action'), cell: (row) => t(`action.${row.action}`, { defaultValue: row.action }) },
    {
      id: 'target',
      header: t('audit.target'),
      hideBelow: 'phone',
      cell: (row) =>
        row.instance_key !== null ? (
          <Instance instanceKey={row.instance_key} />
        ) : row.batch_id !== null ? (
          <Link to="/batches" search={{ batch: row.batch_id }}>
            {row.batch_id}
          </Link>
        ) : (
          (row.process_id ?? '–')
        ),
    },
    { id: 'reason', grow: true, header: t('audit.reason'), cell: (row) => row.reason },
  ]
  return <List view="actions" query={query} columns={columns} rowKey={(row) => row.action_id} />
}

function Stuck() {
  const { t } = useTranslation('admin')
  const query = useInfiniteQuery(stuckQuery)
  const columns: DataColumn<StuckInstance>[] = [
    { id: 'instance', header: t('operations.instance'), cell: (row) => <Instance instanceKey={row.instance_key} name={row.business_key} /> },
    { id: 'process', header: t('operations.process'), cell: (row) => `${row.process_id} · ${row.version}` },
    { id: 'elements', grow: true, header: t('operations.elements'), cell: (row) => row.elements.join(' · ') },
    { id: 'at', header: t('operations.since'), cell: (row) => <RelativeTime iso={row.advanced_at} /> },
  ]
  return <List view="stuck" query={query} columns={columns} rowKey={(row) => row.instance_key} />
}

function Letters() {
  const { t } = useTranslation('admin')
  const queryClient = useQueryClient()
  const query = useInfiniteQuery(lettersQuery)
  const retry = useMutation({ mutationFn: retryLetter, onSuccess: () => queryClient.invalidateQueries({ queryKey: ['dead-letters'] }) })
  const columns: DataColumn<DeadLetter>[] = [
    { id: 'at', header: t('audit.at'), cell: (row) => <RelativeTime iso={row.created_at} /> },
    { id: 'topic', header: t('operations.topic'), hideBelow: 'phone', cell: (row) => row.topic },
    { id: 'url', grow: true, header: t('operations.url'), cell: (row) => row.url },
    { id: 'failure', header: t('operations.failure'), hideBelow: 'tablet', cell: (row) => row.failure ?? '–' },
    { id: 'attempts', align: 'end', header: t('operations.attempts'), cell: (row) => row.attempts },
    {
      id: 'retry',
      header: t('shared:action.retry'),
      cell: (row) => (
        <Button variant="default" size="compact-sm" loading={retry.isPending && retry.variables === row.outbox_id} onClick={() => retry.mutate(row.outbox_id)}>
          {t('shared:action.retry')}
        </Button>
      ),
    },
  ]
  return (
    <>
      {retry.error !== null && <Problem error={retry.error} />}
      <List view="letters" query={query} columns={columns} rowKey={(row) => row.outbox_id} />
    </>
  )
}

function Retention() {
  const { t } = useTranslation('admin')
  const can = useCan()
  const query = useQuery(retentionQuery)
  const [edited, setEdited] = useState<RetentionPolicy | null>(null)
  const columns: DataColumn<RetentionPolicy>[] = [
    { id: 'process', grow: true, header: t('operations.process'), cell: (row) => row.process_id, sortValue: (row) => row.process_id },
    { id: 'days', header: t('operations.kept'), cell: (row) => (row.days === null ? t('operations.forEver') : t('operations.days', { count: row.days })) },
    { id: 'level', header: t('operations.level'), hideBelow: 'phone', cell: (row) => t(`operations.levels.${row.history_level}`) },
    { id: 'ended', align: 'end', header: t('operations.ended'), hideBelow: 'phone', cell: (row) => row.ended },
    { id: 'due', align: 'end', header: t('operations.due'), cell: (row) => row.due },
    {
      id: 'edit',
      header: t('shared:action.edit'),
      cell: (row) =>
        can('system.admin') && (
          <Button variant="default" size="compact-sm" aria-label={t('operations.edit', { process: row.process_id })} onClick={() => setEdited(row)}>
            {t('shared:action.edit')}
          </Button>
        ),
    },
  ]
  return (
    <Panel padding="none">
      <Async query={query} rows={4}>
        {({ items }) => (items.length === 0 ? <Empty title={t('operations.none.retention')} /> : <DataTable label={t('operations.view.retention')} columns={columns} rows={items} rowKey={(row) => row.process_id} />)}
      </Async>
      {edited !== null && <RetentionDialog policy={edited} onClose={() => setEdited(null)} />}
    </Panel>
  )
}
