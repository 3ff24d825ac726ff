/** The process map: what follows what, how often or how long, with its table and the numbers of what is selected. */
import { SegmentedControl, Slider } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { SplitPane } from '@/shared/ui/SplitPane'

import { mapQuery, type LogDetail, type ProcessMap } from '../api/logs'
import { queryText, type LogQuery } from '../filters'
import { useGo, useLogSearch } from '../hooks/useLogView'
import { initialShares, largestShare } from '../mapLook'
import { FileLink } from './FileLink'
import { isNoCases, NoCases } from './LogPage'
import { Looked } from './Looked'
import { MapCanvas } from './MapCanvas'
import classes from './Map.module.css'
import { MapDetail } from './MapDetail'
import { MapTables } from './MapTables'

export function MapTab({ log, query }: { log: LogDetail; query: LogQuery }) {
  const search = useLogSearch()
  const initial = initialShares(log.activities)
  const most = largestShare(log.activities)
  const activities = Math.min(search.activities ?? initial.activities, most)
  const connections = search.connections ?? initial.connections
  const shares = { activity_share: activities / 100, edge_share: connections / 100 }
  const map = useQuery({ ...mapQuery(log.log_id, query, shares), retry: false, placeholderData: keepPreviousData })
  if (isNoCases(map.error)) return <NoCases />
  return (
    <>
      <Tools log={log} query={query} map={map.data} shown={{ activities, connections, most }} />
      <Looked query={map} logId={log.log_id} look="map">
        {(data) => <Views map={data} log={log} />}
      </Looked>
    </>
  )
}

function Views({ map, log }: { map: ProcessMap; log: LogDetail }) {
  const { overlay = 'frequency', view = 'diagram', node, edge } = useLogSearch()
  const go = useGo()
  const selection = { node: node ?? null, edge: edge ?? null }
  return (
    <div className={classes.split}>
      <SplitPane
        name="mining-map"
        initial={74}
        first={
          view === 'diagram' ? (
            <MapCanvas map={map} overlay={overlay} selection={selection} onSelect={(next) => go((before) => ({ ...before, ...next }), 'replace')} />
          ) : (
            <MapTables map={map} selection={selection} onSelect={(next) => go((before) => ({ ...before, ...next }), 'replace')} />
          )
        }
        second={<MapDetail map={map} log={log} selection={selection} />}
      />
    </div>
  )
}

interface ToolsProps {
  log: LogDetail
  query: LogQuery
  map: ProcessMap | undefined
  shown: { activities: number; connections: number; most: number }
}

function Tools({ log, query, map, shown }: ToolsProps) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { overlay = 'frequency', view = 'diagram' } = useLogSearch()
  const go = useGo()
  const say = (count: number): string => formatNumber(count, language)
  const files = queryText(query, { activity_share: shown.activities / 100, edge_share: shown.connections / 100 })
  return (
    <div className={classes.tools}>
      <ShareSlider
        key={`a${shown.activities}`}
        label={t('map.activities')}
        value={shown.activities}
        max={shown.most}
        count={map && t('of', { shown: say(map.nodes.length), total: say(map.nodes_total) })}
        onChange={(activities) => go((before) => ({ ...before, activities }), 'replace')}
      />
      <ShareSlider
        key={`c${shown.connections}`}
        label={t('map.connections')}
        value={shown.connections}
        max={100}
        count={map && t('of', { shown: say(map.edges.length), total: say(map.edges_total) })}
        onChange={(connections) => go((before) => ({ ...before, connections }), 'replace')}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('map.overlay.label')}
        value={overlay}
        data={[
          { value: 'frequency', label: t('map.overlay.frequency') },
          { value: 'time', label: t('map.overlay.time') },
        ]}
        onChange={(value) => go((before) => ({ ...before, overlay: value === 'time' ? 'time' : undefined }), 'replace')}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('map.view.label')}
        value={view}
        data={[
          { value: 'diagram', label: t('map.view.diagram') },
          { value: 'table', label: t('map.view.table') },
        ]}
        onChange={(value) => go((before) => ({ ...before, view: value === 'table' ? 'table' : undefined }), 'replace')}
      />
      <span className={classes.files}>
        <FileLink href={`/api/v1/logs/${log.log_id}/map.svg${files}`} file="map.svg" label="SVG" />
        <FileLink href={`/api/v1/logs/${log.log_id}/map.csv${queryText(query)}`} file="map.csv" label="CSV" />
      </span>
    </div>
  )
}

interface ShareSliderProps {
  label: string
  value: number
  max: number
  count: string | undefined
  onChange: (value: number) => void
}

/** Moves freely under the hand and asks the server when let go. */
function ShareSlider({ label, value, max, count, onChange }: ShareSliderProps) {
  const [held, setHeld] = useState(value)
  return (
    <div className={classes.slider}>
      <span className={classes.sliderLabel}>
        {label} <span className="tl-muted tl-number">{count ?? ''}</span>
      </span>
      <Slider size="sm" min={1} max={max} value={held} onChange={setHeld} onChangeEnd={onChange} label={(at) => `${at} %`} thumbLabel={label} />
    </div>
  )
}
