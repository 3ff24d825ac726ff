/** Incidents of all processes, by their cause or one by one; several can be retried at once, with a count and a reason. */
import { Button, Group, Modal, SegmentedControl, Select, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useServerText } from '@/shared/i18n/serverTexts'
import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Loading } from '@/shared/ui/Loading'
import { Page } from '@/shared/ui/Page'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import { incidentListQuery, resolveIncidents } from '../api/instances'
import { processListQuery } from '../api/processes'
import type { Incident } from '../api/types'
import type { IncidentsSearch } from '../routes'
import { IncidentGroups } from './IncidentGroups'
import classes from './processes.module.css'
import { Sections } from './Sections'

const NONE: Incident[] = []

export function IncidentsPage() {
  const { t } = useTranslation('processes')
  const search = useSearch({ from: '/shell/incidents' })
  const navigate = useNavigate({ from: '/incidents' })
  const can = useCan()
  useLiveTopics('incidents')
  const isGrouped = search.state !== 'resolved' && search.view !== 'list'
  const query = useInfiniteQuery({ ...incidentListQuery(search), enabled: !isGrouped })
  const pages = query.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages])
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [dialog, setDialog] = useState<'retry' | null>(null)
  const picked = rows.filter(({ incident_id, resolved_at }) => chosen.has(incident_id) && resolved_at === null)

  function go(change: IncidentsSearch): void {
    setChosen(new Set())
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }

  return (
    <Page
      title={t('incidents.title')}
      facts={<Sections />}
      actions={
        can('instance.operate') && picked.length > 0 && <Button onClick={() => setDialog('retry')}>{t('incidents.retry', { count: picked.length })}</Button>
      }
    >
      <Filters search={search} onChange={go} />
      {isGrouped ? (
        <IncidentGroups process={search.process} />
      ) : query.error !== null ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Loading rows={6} />
      ) : (
        <IncidentTable rows={rows} chosen={chosen} onChoose={setChosen} />
      )}
      {query.hasNextPage && (
        <Button variant="default" onClick={() => void query.fetchNextPage()}>
          {t('shared:action.showMore')}
        </Button>
      )}
      {dialog === 'retry' && (
        <RetryDialog
          incidents={picked}
          onClose={() => {
            setDialog(null)
            setChosen(new Set())
          }}
        />
      )}
    </Page>
  )
}

function Filters({ search, onChange }: { search: IncidentsSearch; onChange: (change: IncidentsSearch) => void }) {
  const { t } = useTranslation('processes')
  const processes = useQuery(processListQuery)
  return (
    <div className={classes.filters}>
      <SegmentedControl
        size="xs"
        aria-label={t('column.status')}
        data={(['open', 'resolved'] as const).map((value) => ({ value, label: t(`shared:state.${value}`) }))}
        value={search.state ?? 'open'}
        onChange={(state) => onChange({ state: state })}
      />
      {search.state !== 'resolved' && (
        <SegmentedControl
          size="xs"
          aria-label={t('incidents.view')}
          data={[
            { value: 'groups', label: t('incidents.byCause') },
            { value: 'list', label: t('incidents.oneByOne') },
          ]}
          value={search.view ?? 'groups'}
          onChange={(view) => onChange({ view: view === 'list' ? 'list' : undefined })}
        />
      )}
      <Select
        size="xs"
        aria-label={t('column.process')}
        placeholder={t('column.process')}
        clearable
        data={(processes.data?.items ?? []).map(({ latest }) => ({ value: latest.process_id, label: latest.name || latest.process_id }))}
        value={search.process ?? null}
        onChange={(process) => onChange({ process: process ?? undefined })}
      />
    </div>
  )
}

interface IncidentTableProps {
  rows: Incident[]
  chosen: ReadonlySet<string>
  onChoose: (chosen: ReadonlySet<string>) => void
}

function IncidentTable({ rows, chosen, onChoose }: IncidentTableProps) {
  const { t } = useTranslation('processes')
  const say = useServerText()
  const navigate = useNavigate()
  const can = useCan()
  const columns: DataColumn<Incident>[] = [
    { id: 'kind', header: t('column.kind'), sortValue: (row) => row.kind, cell: (row) => t(`incident.kind.${row.kind}`, { defaultValue: row.kind }) },
    { id: 'element', header: t('column.element'), sortValue: (row) => row.element_name, cell: (row) => row.element_name || row.element_id },
    {
      id: 'message',
      header: t('column.message'),
      hideBelow: 'tablet',
      cell: (row) => (
        <div className={classes.message} title={say(row.message)}>
          {say(row.message)}
        </div>
      ),
    },
    { id: 'process', header: t('column.process'), hideBelow: 'phone', sortValue: (row) => row.process_name, cell: (row) => row.process_name },
    {
      id: 'instance',
      header: t('column.instance'),
      cell: (row) => (
        <Link to="/instances/$instanceKey" params={{ instanceKey: row.instance_key }} search={{ element: row.element_id }}>
          {row.business_key ?? row.instance_key} {row.is_suspended && <StateBadge state="suspended" />}
        </Link>
      ),
    },
    { id: 'raised', header: t('column.raised'), sortValue: (row) => row.raised_at, cell: (row) => <RelativeTime iso={row.raised_at} /> },
  ]
  if (rows.length === 0) return <Empty icon="done" title={t('incidents.none')} text={t('incidents.noneText')} />
  return (
    <DataTable
      label={t('incidents.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.incident_id}
      checks={
        can('instance.operate')
          ? { checked: chosen, onChange: onChoose, label: (row) => `${row.element_name || row.element_id} ${row.business_key ?? row.instance_key}`, isDisabled: (row) => row.resolved_at !== null }
          : undefined
      }
      onOpen={(row) =>
        void navigate({ to: '/instances/$instanceKey', params: { instanceKey: row.instance_key }, search: { element: row.element_id } })
      }
    />
  )
}

function RetryDialog({ incidents, onClose }: { incidents: Incident[]; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const retry = useMutation({
    mutationFn: () => resolveIncidents(incidents.map(({ incident_id }) => incident_id), reason.trim()),
    onSuccess: async ({ resolved, refused }) => {
      notifications.show({ message: t('incidents.retried', { count: resolved.length, refused: Object.keys(refused).length }) })
      await queryClient.invalidateQueries({ queryKey: ['incidents'] })
      onClose()
    },
  })
  const elements = [...new Set(incidents.map(({ process_name, element_name, element_id }) => `${process_name}: ${element_name || element_id}`))]
  return (
    <Modal opened onClose={onClose} title={t('incidents.retry', { count: incidents.length })}>
      <p>{t('incidents.retryText')}</p>
      <ul>
        {elements.map((element) => (
          <li key={element}>{element}</li>
        ))}
      </ul>
      <TextInput label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {retry.error !== null && <Problem error={retry.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
        <Button disabled={reason.trim() === ''} loading={retry.isPending} onClick={() => retry.mutate()}>
          {t('action.retry')}
        </Button>
      </Group>
    </Modal>
  )
}
