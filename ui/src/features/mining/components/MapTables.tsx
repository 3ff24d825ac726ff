/** The same map as two tables: activities and connections, with the same selection. */
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Panel } from '@/shared/ui/Panel'

import type { MapEdge, MapNode, ProcessMap } from '../api/logs'
import { edgeId } from '../mapLook'
import type { MapChoice, MapSelection } from './MapCanvas'
import classes from './Map.module.css'

interface MapTablesProps {
  map: ProcessMap
  selection: MapSelection
  onSelect: (choice: MapChoice) => void
}

export function MapTables({ map, selection, onSelect }: MapTablesProps) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const time = (value: number | null): string => (value === null ? '–' : formatDuration(value, language) || '0')
  const count = (value: number): string => formatNumber(value, language)

  const nodes: DataColumn<MapNode>[] = [
    { id: 'activity', grow: true, header: t('activity'), cell: (row) => row.activity, sortValue: (row) => row.activity },
    { id: 'events', header: t('count.events'), align: 'end', cell: (row) => count(row.events), sortValue: (row) => row.events },
    { id: 'cases', header: t('count.cases'), align: 'end', cell: (row) => count(row.cases), sortValue: (row) => row.cases },
    { id: 'gap', header: t('map.gap'), align: 'end', cell: (row) => time(row.median_gap_s), sortValue: (row) => row.median_gap_s ?? -1 },
    { id: 'working', header: t('map.working'), align: 'end', hideBelow: 'tablet', cell: (row) => time(row.median_working_s), sortValue: (row) => row.median_working_s ?? -1 },
  ]
  const edges: DataColumn<MapEdge>[] = [
    { id: 'step', grow: true, header: t('map.step'), cell: (row) => `${row.source} → ${row.target}`, sortValue: (row) => `${row.source} → ${row.target}` },
    { id: 'times', header: t('map.times'), align: 'end', cell: (row) => count(row.events), sortValue: (row) => row.events },
    { id: 'cases', header: t('count.cases'), align: 'end', hideBelow: 'phone', cell: (row) => count(row.cases), sortValue: (row) => row.cases },
    { id: 'median', header: t('durations.median'), align: 'end', cell: (row) => time(row.median_s), sortValue: (row) => row.median_s ?? -1 },
    { id: 'p95', header: t('durations.p95'), align: 'end', hideBelow: 'tablet', cell: (row) => time(row.p95_s), sortValue: (row) => row.p95_s ?? -1 },
  ]
  return (
    <div className={classes.tables}>
      <Panel title={t('map.connections')} padding="none">
        <DataTable
          label={t('map.connections')}
          columns={edges}
          rows={map.edges}
          rowKey={(row) => edgeId([row.source, row.target])}
          selectedKey={selection.edge === null ? null : edgeId(selection.edge)}
          onSelect={(row) => onSelect({ node: undefined, edge: [row.source, row.target] })}
        />
      </Panel>
      <Panel title={t('map.activities')} padding="none">
        <DataTable
          label={t('map.activities')}
          columns={nodes}
          rows={map.nodes}
          rowKey={(row) => row.activity}
          selectedKey={selection.node}
          onSelect={(row) => onSelect({ node: row.activity, edge: undefined })}
        />
      </Panel>
    </div>
  )
}
