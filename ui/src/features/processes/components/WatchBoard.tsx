/** How the process runs now, beside the log it was made from. Too little data is said, not guessed. */
import { Select } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { formatChange } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { EvidenceNumber } from '@/shared/ui/EvidenceNumber'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'

import { logListQuery, setBaseline, watchQuery } from '../api/processes'
import type { ElementWatch, Watch } from '../api/types'
import { CycleChart } from './CycleChart'
import classes from './processes.module.css'

export function WatchBoard({ processId }: { processId: string }) {
  const watch = useQuery(watchQuery(processId))
  return (
    <Async query={watch} rows={8}>
      {(data) => (
        <div className={classes.stack}>
          <Figures watch={data} />
          <CycleTime watch={data} />
          <Elements watch={data} />
        </div>
      )}
    </Async>
  )
}

function Figures({ watch }: { watch: Watch }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const duration = (seconds: number) => formatDuration(seconds, language)
  const { cycle } = watch
  const needs = t('watch.needs', { count: cycle.needed_n })
  return (
    <Panel>
      <div className={classes.figures}>
        <EvidenceNumber size="large" label={t('watch.open')} value={watch.open} at={watch.updated_at} how={t('watch.openHow')} />
        <EvidenceNumber size="large" label={t('watch.finished')} value={watch.finished} how={t('watch.finishedHow')} />
        <EvidenceNumber size="large" label={t('watch.finishedToday')} value={watch.finished_today} />
        <EvidenceNumber size="large" label={t('watch.incidents')} value={watch.incidents} />
        <EvidenceNumber
          size="large"
          label={t('watch.median')}
          value={cycle.enough_data ? cycle.median_s : null}
          format={duration}
          n={cycle.n}
          how={t('watch.medianHow')}
          needs={needs}
        />
        <EvidenceNumber
          size="large"
          label={t('watch.p95')}
          value={cycle.enough_data ? cycle.p95_s : null}
          format={duration}
          n={cycle.n}
          how={t('watch.p95How')}
          needs={needs}
        />
      </div>
    </Panel>
  )
}

function CycleTime({ watch }: { watch: Watch }) {
  const { t } = useTranslation('processes')
  return (
    <Panel title={t('watch.cycle')} actions={<BaselinePicker watch={watch} />}>
      <Verdict watch={watch} />
      {watch.cycle.n === 0 && watch.baseline === null ? (
        <Empty icon="chart" title={t('watch.noCases')} text={t('watch.noCasesText')} />
      ) : (
        <CycleChart watch={watch} />
      )}
    </Panel>
  )
}

function Verdict({ watch }: { watch: Watch }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const { baseline, difference } = watch
  if (baseline === null) return <p className="tl-muted">{t('watch.noBaseline')}</p>
  const log = (
    <Link to="/mining/logs/$logId" params={{ logId: baseline.log_id }}>
      {baseline.log_name}
    </Link>
  )
  if (difference.verdict === 'cannot-tell')
    return (
      <p className={classes.verdict}>
        <span className={classes.cannotTell}>{t('shared:evidence.cannotTell')}</span>
        <span>{difference.needs !== '' ? t('watch.needs', { count: watch.cycle.needed_n }) : t('watch.noDifference')}</span>
        {log}
      </p>
    )
  return (
    <p className={classes.verdict}>
      <strong>{t(`watch.verdict.${difference.verdict}`)}</strong>
      {difference.median_ratio !== null && <span className="tl-number">{formatChange(difference.median_ratio, language)}</span>}
      {difference.interval !== null && (
        <span className="tl-muted tl-number">
          {t('watch.interval', { low: formatChange(difference.interval[0], language), high: formatChange(difference.interval[1], language) })}
        </span>
      )}
      {log}
      {baseline.is_synthetic && <span className="tl-muted">{t('watch.synthetic')}</span>}
    </p>
  )
}

function BaselinePicker({ watch }: { watch: Watch }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const queryClient = useQueryClient()
  const logs = useQuery({ ...logListQuery, enabled: can('log.view') })
  const change = useMutation({
    mutationFn: (logId: string | null) => setBaseline(watch.process_id, logId),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['watch', watch.process_id] }),
  })
  if (!can('process.edit') || logs.data === undefined) return null
  return (
    <>
      {change.error !== null && <Problem error={change.error} />}
      <Select
        size="xs"
        aria-label={t('watch.baseline')}
        placeholder={t('watch.baseline')}
        clearable
        data={logs.data.items.map((log) => ({ value: log.log_id, label: log.name }))}
        value={watch.baseline?.log_id ?? null}
        onChange={(logId) => change.mutate(logId)}
      />
    </>
  )
}

function Elements({ watch }: { watch: Watch }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const shown = (seconds: number | null) => (seconds === null ? '–' : formatDuration(seconds, language))
  const columns: DataColumn<ElementWatch>[] = [
    { id: 'name', header: t('column.activity'), sortValue: (row) => row.element_name, cell: (row) => row.element_name || row.element_id },
    { id: 'active', header: t('column.now'), align: 'end', sortValue: (row) => row.active, cell: (row) => row.active },
    { id: 'visits', header: t('column.visits'), align: 'end', hideBelow: 'phone', sortValue: (row) => row.visits, cell: (row) => row.visits },
    {
      id: 'waiting',
      header: t('column.waiting'),
      align: 'end',
      sortValue: (row) => row.waiting_median_s ?? -1,
      cell: (row) => shown(row.waiting_median_s),
    },
    {
      id: 'waiting95',
      header: t('column.waiting95'),
      align: 'end',
      hideBelow: 'tablet',
      sortValue: (row) => row.waiting_p95_s ?? -1,
      cell: (row) => shown(row.waiting_p95_s),
    },
    {
      id: 'working',
      header: t('column.working'),
      align: 'end',
      sortValue: (row) => row.working_median_s ?? -1,
      cell: (row) => shown(row.working_median_s),
    },
    {
      id: 'working95',
      header: t('column.working95'),
      align: 'end',
      hideBelow: 'tablet',
      sortValue: (row) => row.working_p95_s ?? -1,
      cell: (row) => shown(row.working_p95_s),
    },
    { id: 'incidents', header: t('column.incidents'), align: 'end', sortValue: (row) => row.incidents, cell: (row) => row.incidents },
  ]
  return (
    <Panel title={t('watch.elements')} padding="none">
      {watch.elements.length === 0 ? (
        <Empty icon="process" title={t('watch.noCases')} />
      ) : (
        <DataTable label={t('watch.elements')} columns={columns} rows={watch.elements} rowKey={(row) => row.element_id} />
      )}
    </Panel>
  )
}
