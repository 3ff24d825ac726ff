/** Batches: what was ordered for many, how far it is, what was refused and why. */
import { Button, Group, Progress } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Loading } from '@/shared/ui/Loading'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import { batchListQuery, batchQuery, failedItemsQuery, turnBatch, type Batch, type BatchTurn } from '../api/operations'
import { turnsOf } from '../batches'
import classes from './Operations.module.css'
import { Sections } from './Sections'

const NONE: Batch[] = []

export function BatchesPage() {
  const { t } = useTranslation('processes')
  const { batch: chosen } = useSearch({ from: '/shell/batches' })
  const navigate = useNavigate({ from: '/batches' })
  const query = useInfiniteQuery(batchListQuery)
  const pages = query.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages])
  const open = (batch: Batch): void => void navigate({ search: { batch: batch.batch_id }, replace: true })
  return (
    <Page title={t('batches.title')} facts={<Sections />}>
      {chosen !== undefined && (
        <div className={classes.chosen}>
          <BatchPanel batchId={chosen} />
        </div>
      )}
      {query.error !== null ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Loading rows={6} />
      ) : rows.length === 0 ? (
        <Empty icon="list" title={t('batches.none')} text={t('batches.noneText')} />
      ) : (
        <BatchTable rows={rows} chosen={chosen} onOpen={open} />
      )}
      {query.hasNextPage && (
        <Button variant="default" onClick={() => void query.fetchNextPage()}>
          {t('shared:action.showMore')}
        </Button>
      )}
    </Page>
  )
}

function BatchTable({ rows, chosen, onOpen }: { rows: Batch[]; chosen: string | undefined; onOpen: (batch: Batch) => void }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const columns: DataColumn<Batch>[] = [
    {
      id: 'kind',
      header: t('batches.operation'),
      cell: (row) => (
        <button type="button" className={classes.link} onClick={() => onOpen(row)}>
          {t(`batches.kind.${row.kind}`)}
        </button>
      ),
    },
    { id: 'state', header: t('column.status'), cell: (row) => <StateBadge state={row.state} /> },
    { id: 'done', header: t('batches.done'), align: 'end', cell: (row) => `${formatNumber(row.done, language)} / ${formatNumber(row.total, language)}` },
    { id: 'failed', header: t('batches.failed'), align: 'end', cell: (row) => formatNumber(row.failed, language) },
    { id: 'reason', header: t('batches.reason'), hideBelow: 'tablet', cell: (row) => row.reason },
    { id: 'by', header: t('column.by'), hideBelow: 'tablet', cell: (row) => row.created_by ?? '–' },
    { id: 'at', header: t('column.at'), hideBelow: 'phone', cell: (row) => <RelativeTime iso={row.created_at} /> },
  ]
  return <DataTable label={t('batches.title')} columns={columns} rows={rows} rowKey={(row) => row.batch_id} selectedKey={chosen} onSelect={onOpen} onOpen={onOpen} />
}

function BatchPanel({ batchId }: { batchId: string }) {
  const { t } = useTranslation('processes')
  const batch = useQuery(batchQuery(batchId))
  return (
    <Panel title={batch.data === undefined ? t('batches.title') : t(`batches.kind.${batch.data.kind}`)}>
      <Async query={batch} rows={3}>
        {(data) => <BatchProgress batch={data} />}
      </Async>
    </Panel>
  )
}

function BatchProgress({ batch }: { batch: Batch }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const can = useCan()
  const queryClient = useQueryClient()
  const turn = useMutation({
    mutationFn: (action: BatchTurn) => turnBatch(batch.batch_id, action),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['batches'] }),
  })
  const share = (count: number): number => (batch.total === 0 ? 0 : (100 * count) / batch.total)
  const text = t('batches.progress', { done: formatNumber(batch.done, language), total: formatNumber(batch.total, language), failed: formatNumber(batch.failed, language) })
  return (
    <div className={classes.stack}>
      <p className={classes.head}>
        <StateBadge state={batch.state} /> <span>{batch.reason}</span>
      </p>
      <Progress.Root size="md">
        <Progress.Section value={share(batch.done)} aria-label={t('batches.done')} />
        <Progress.Section value={share(batch.failed)} color="red" aria-label={t('batches.failed')} />
      </Progress.Root>
      <p className="tl-muted" role="status">
        {text}
      </p>
      {can('instance.operate') && (
        <Group gap="xs">
          {turnsOf(batch).map((action) => (
            <Button key={action} variant="default" disabled={turn.isPending} onClick={() => turn.mutate(action)}>
              {t(`batches.turn.${action}`)}
            </Button>
          ))}
        </Group>
      )}
      {turn.error !== null && <Problem error={turn.error} />}
      {batch.failed > 0 && <Failed batch={batch} />}
    </div>
  )
}

function Failed({ batch }: { batch: Batch }) {
  const { t } = useTranslation('processes')
  const say = useServerText()
  const items = useQuery(failedItemsQuery(batch.batch_id, batch.failed))
  return (
    <Async query={items} rows={3}>
      {({ items: failed }) => (
        <ul className={classes.failed} aria-label={t('batches.failed')}>
          {failed.map((item) => (
            <li key={item.position}>
              <Target batch={batch} target={item.target} /> {say(item.message ?? '')} <span className="tl-muted">{item.error_code}</span>
            </li>
          ))}
        </ul>
      )}
    </Async>
  )
}

/** Of most batches an instance, which can be looked at. */
function Target({ batch, target }: { batch: Batch; target: string }) {
  if (batch.kind === 'retry' || batch.kind === 'skip') return <code>{target}</code>
  return (
    <Link to="/instances/$instanceKey" params={{ instanceKey: target }}>
      {target}
    </Link>
  )
}
