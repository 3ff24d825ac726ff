/** Process instances: filters in the address, newest first, new ones announced. */
import { Button, Select, Switch, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useAnnounced } from '@/shared/live/announced'
import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Loading } from '@/shared/ui/Loading'
import { Page } from '@/shared/ui/Page'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { instanceListQuery } from '../api/instances'
import { processListQuery } from '../api/processes'
import type { InstanceSummary } from '../api/types'
import type { InstancesSearch } from '../routes'
import { STATUSES } from '../selection'
import { InstanceOrders } from './InstanceOrders'
import { InstanceState } from './InstanceState'
import { Sections } from './Sections'
import classes from './processes.module.css'

const NONE: InstanceSummary[] = []
const NOTHING: ReadonlySet<string> = new Set()

export function InstancesPage() {
  const { t } = useTranslation('processes')
  const search = useSearch({ from: '/shell/instances' })
  const navigate = useNavigate({ from: '/instances' })
  useLiveTopics('instances', 'incidents')

  function go(change: InstancesSearch): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }

  return (
    <Page title={t('instances.title')} facts={<Sections />}>
      <Filters search={search} onChange={go} />
      <InstanceList key={JSON.stringify(search)} search={search} onClear={() => void navigate({ search: {}, replace: true })} />
    </Page>
  )
}

function Filters({ search, onChange }: { search: InstancesSearch; onChange: (change: InstancesSearch) => void }) {
  const { t } = useTranslation('processes')
  const processes = useQuery(processListQuery)
  const setText = useDebouncedCallback((text: string) => onChange({ search: text === '' ? undefined : text }), 250)
  const setTag = useDebouncedCallback((text: string) => onChange({ tag: text === '' ? undefined : text }), 250)
  return (
    <div className={classes.filters}>
      <Select
        size="xs"
        label={t('column.process')}
        placeholder={t('filter.any')}
        clearable
        data={(processes.data?.items ?? []).map(({ latest }) => ({ value: latest.process_id, label: latest.name || latest.process_id }))}
        value={search.process ?? null}
        onChange={(process) => onChange({ process: process ?? undefined, element: undefined })}
      />
      <Select
        size="xs"
        label={t('column.status')}
        placeholder={t('filter.any')}
        clearable
        data={STATUSES.map((value) => ({ value, label: t(`shared:state.${value}`) }))}
        value={search.status ?? null}
        onChange={(status) => onChange({ status: status ?? undefined })}
      />
      <TextInput
        size="xs"
        label={t('filter.tag')}
        placeholder={t('filter.any')}
        defaultValue={search.tag ?? ''}
        onChange={(event) => setTag(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label={t('filter.search')}
        placeholder={t('filter.searchText')}
        leftSection={<Icon name="search" size={14} />}
        defaultValue={search.search ?? ''}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Switch
        size="xs"
        label={t('filter.incidents')}
        checked={search.incidents === true}
        onChange={(event) => onChange({ incidents: event.currentTarget.checked ? true : undefined })}
      />
      {search.element !== undefined && (
        <Button variant="light" rightSection={<Icon name="close" size={12} />} onClick={() => onChange({ element: undefined })}>
          {t('filter.element', { element: search.element })}
        </Button>
      )}
    </div>
  )
}

function InstanceList({ search, onClear }: { search: InstancesSearch; onClear: () => void }) {
  const query = useInfiniteQuery(instanceListQuery(search))
  const pages = query.data?.pages
  const all = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages])
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <Loading rows={8} />
  if (all.length === 0) return <NoInstances search={search} onClear={onClear} />
  return (
    <Rows
      search={search}
      all={all}
      pages={pages?.length ?? 0}
      total={pages?.[0]?.total ?? null}
      onMore={query.hasNextPage ? () => void query.fetchNextPage() : null}
    />
  )
}

interface RowsProps {
  search: InstancesSearch
  all: InstanceSummary[]
  /** How many of the list's pages have been asked for. */
  pages: number
  total: number | null
  onMore: (() => void) | null
}

function Rows({ search, all, pages, total, onMore }: RowsProps) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const can = useCan()
  const { rows, waiting, show } = useAnnounced(all, (row) => row.instance_key, `${pages}`)
  const columns = useColumns()
  const [checked, setChecked] = useState(NOTHING)
  const chosen = rows.filter(({ instance_key }) => checked.has(instance_key))
  return (
    <>
      {waiting > 0 && (
        <Button variant="light" fullWidth onClick={show}>
          {t('shared:list.new', { count: waiting })}
        </Button>
      )}
      {chosen.length > 0 && (
        <InstanceOrders search={search} chosen={chosen} hasMore={onMore !== null || chosen.length < all.length} total={total} onClear={() => setChecked(NOTHING)} />
      )}
      <DataTable
        label={t('instances.title')}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.instance_key}
        checks={can('instance.operate') ? { checked, onChange: setChecked, label: (row) => row.business_key ?? row.instance_key } : undefined}
        onOpen={(row) => void navigate({ to: '/instances/$instanceKey', params: { instanceKey: row.instance_key } })}
      />
      <Foot shown={rows.length} total={total} onMore={onMore} />
    </>
  )
}

function Foot({ shown, total, onMore }: { shown: number; total: number | null; onMore: (() => void) | null }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  return (
    <div className={classes.foot}>
      <span>{total === null ? onMore !== null && t('shared:list.more', { shown }) : t('shared:list.of', { shown: formatNumber(shown, language), total: formatNumber(total, language) })}</span>
      {onMore !== null && (
        <Button variant="default" onClick={onMore}>
          {t('shared:action.showMore')}
        </Button>
      )}
    </div>
  )
}

function NoInstances({ search, onClear }: { search: InstancesSearch; onClear: () => void }) {
  const { t } = useTranslation('processes')
  if (Object.values(search).some((value) => value !== undefined))
    return <Empty icon="filter" title={t('instances.noMatch')} action={<Button onClick={onClear}>{t('shared:action.clearFilters')}</Button>} />
  return <Empty icon="process" title={t('instances.none')} text={t('instances.noneText')} action={<Link to="/processes">{t('title')}</Link>} />
}

function useColumns(): DataColumn<InstanceSummary>[] {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  return [
    {
      id: 'key',
      header: t('column.instance'),
      cell: (row) => (
        <Link to="/instances/$instanceKey" params={{ instanceKey: row.instance_key }}>
          {row.business_key ?? row.instance_key}
        </Link>
      ),
    },
    { id: 'process', header: t('column.process'), sortValue: (row) => row.process_name, cell: (row) => `${row.process_name} · ${t('version', { version: row.version })}` },
    { id: 'status', header: t('column.status'), sortValue: (row) => row.status, cell: (row) => <InstanceState summary={row} /> },
    { id: 'started', header: t('column.started'), sortValue: (row) => row.started_at, cell: (row) => <RelativeTime iso={row.started_at} /> },
    {
      id: 'duration',
      header: t('column.duration'),
      align: 'end',
      hideBelow: 'phone',
      cell: (row) => (row.ended_at === null ? '–' : formatDuration((Date.parse(row.ended_at) - Date.parse(row.started_at)) / 1000, language)),
    },
    { id: 'by', header: t('column.startedBy'), hideBelow: 'tablet', cell: (row) => row.started_by ?? '–' },
  ]
}
