/** What the instance visited, in order, as a table with bars on one axis of time. */
import { useTranslation } from 'react-i18next'

import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { RelativeTime, useNow } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import type { ElementVisit } from '../api/types'
import classes from './processes.module.css'

interface TimelineProps {
  visits: ElementVisit[]
  selected: string | null
  onSelect: (elementId: string) => void
}

export function Timeline({ visits, selected, onSelect }: TimelineProps) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const now = useNow()
  if (visits.length === 0) return <Empty icon="waiting" title={t('instance.noVisits')} />
  const start = Math.min(...visits.map(({ entered_at }) => Date.parse(entered_at)))
  const end = Math.max(...visits.map(({ left_at }) => (left_at === null ? now : Date.parse(left_at))), start + 1)
  const columns: DataColumn<ElementVisit>[] = [
    {
      id: 'element',
      header: t('column.element'),
      cell: (row) => row.element_name || t(`shared:bpmn.${typeName(row)}`, { defaultValue: row.element_id }),
    },
    { id: 'state', header: t('column.status'), cell: (row) => <StateBadge state={row.state} /> },
    { id: 'entered', header: t('column.entered'), hideBelow: 'phone', sortValue: (row) => row.entered_at, cell: (row) => <RelativeTime iso={row.entered_at} /> },
    {
      id: 'duration',
      header: t('column.duration'),
      align: 'end',
      sortValue: (row) => lengthOf(row, now),
      cell: (row) => formatDuration(lengthOf(row, now) / 1000, language),
    },
    { id: 'resource', header: t('column.resource'), hideBelow: 'phone', cell: (row) => row.resource ?? '–' },
    { id: 'bar', header: '', width: '34%', hideBelow: 'tablet', cell: (row) => <Bar visit={row} start={start} span={end - start} now={now} /> },
  ]
  const chosen = visits.find(({ element_id }) => element_id === selected)
  return (
    <DataTable
      label={t('instance.tab.timeline')}
      columns={columns}
      rows={visits}
      rowKey={(row) => row.visit}
      selectedKey={chosen?.visit ?? null}
      onSelect={(row) => onSelect(row.element_id)}
    />
  )
}

function typeName({ element_type }: ElementVisit): string {
  return element_type.charAt(0).toUpperCase() + element_type.slice(1)
}

function lengthOf(visit: ElementVisit, now: number): number {
  return Math.max((visit.left_at === null ? now : Date.parse(visit.left_at)) - Date.parse(visit.entered_at), 0)
}

const COLOUR: Record<string, string> = { active: 'running', completed: 'done', terminated: 'cancelled', failed: 'incident' }

function Bar({ visit, start, span, now }: { visit: ElementVisit; start: number; span: number; now: number }) {
  const left = ((Date.parse(visit.entered_at) - start) / span) * 100
  const width = (lengthOf(visit, now) / span) * 100
  return (
    <div className={classes.bar} aria-hidden="true">
      <span
        style={{ left: `${Math.min(left, 99)}%`, width: `${Math.min(width, 100 - left)}%`, background: `var(--tl-${COLOUR[visit.state] ?? 'done'})` }}
      />
    </div>
  )
}
