/** The numbers of the chosen activity or connection, and its cases as a filter. Nothing chosen: how to read the map. */
import { ActionIcon, Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { sequential } from '@/shared/theme/theme'
import { EvidenceNumber } from '@/shared/ui/EvidenceNumber'
import { Icon } from '@/shared/ui/Icon'

import type { LogDetail, MapEdge, MapNode, ProcessMap } from '../api/logs'
import { isSameArc, withArc, withFilter, type Arc, type LogSearch } from '../filters'
import { casesThat } from '../filterSteps'
import { useGo, useLogSearch } from '../hooks/useLogView'
import type { MapSelection } from './MapCanvas'
import classes from './Map.module.css'

interface MapDetailProps {
  map: ProcessMap
  log: LogDetail
  selection: MapSelection
}

export function MapDetail({ map, log, selection }: MapDetailProps) {
  const node = map.nodes.find(({ activity }) => activity === selection.node)
  const edge = map.edges.find(({ source, target }) => isSameArc([source, target], selection.edge ?? undefined))
  return (
    <aside className={classes.detail} aria-live="polite">
      {node !== undefined ? <NodeDetail node={node} map={map} log={log} /> : edge !== undefined ? <EdgeDetail edge={edge} log={log} /> : <Legend />}
    </aside>
  )
}

function useSay(): { count: (value: number) => string; time: (value: number) => string; share: (value: number) => string } {
  const language = useLanguage()
  return {
    count: (value) => formatNumber(value, language),
    time: (value) => formatDuration(value, language) || '0',
    share: (value) => formatShare(value, language, 1),
  }
}

function NodeDetail({ node, map, log }: { node: MapNode; map: ProcessMap; log: LogDetail }) {
  const { t } = useTranslation('mining')
  const say = useSay()
  return (
    <>
      <Head title={node.activity} />
      <div className={classes.numbers}>
        <EvidenceNumber label={t('count.events')} value={node.events} />
        <EvidenceNumber label={t('count.cases')} value={node.cases} />
        <EvidenceNumber label={t('map.ofCases')} value={node.cases / log.cases} format={say.share} n={log.cases} />
        <EvidenceNumber label={t('map.gap')} value={node.median_gap_s} format={say.time} how={t('map.gapHow')} needs={t('map.gapNeeds')} />
        <EvidenceNumber label={t('map.working')} value={node.median_working_s} format={say.time} needs={t('map.workingNeeds')} />
      </div>
      <Filters
        options={[
          { label: t('map.onlyWith'), change: (before) => withFilter(before, casesThat({ type: 'having', activities: [node.activity] })) },
          { label: t('map.onlyWithout'), change: (before) => withFilter(before, casesThat({ type: 'lacking', activities: [node.activity] })) },
        ]}
      />
      <Steps title={t('map.before')} steps={map.edges.filter(({ target }) => target === node.activity)} name={({ source }) => source} />
      <Steps title={t('map.after')} steps={map.edges.filter(({ source }) => source === node.activity)} name={({ target }) => target} />
    </>
  )
}

function EdgeDetail({ edge, log }: { edge: MapEdge; log: LogDetail }) {
  const { t } = useTranslation('mining')
  const say = useSay()
  const arc: Arc = [edge.source, edge.target]
  return (
    <>
      <Head title={`${edge.source} → ${edge.target}`} />
      <div className={classes.numbers}>
        <EvidenceNumber label={t('map.times')} value={edge.events} />
        <EvidenceNumber label={t('count.cases')} value={edge.cases} />
        <EvidenceNumber label={t('map.ofCases')} value={edge.cases / log.cases} format={say.share} n={log.cases} />
        <EvidenceNumber label={t('durations.median')} value={edge.median_s} format={say.time} n={edge.events} how={t('map.edgeHow')} />
        <EvidenceNumber label={t('durations.mean')} value={edge.mean_s} format={say.time} />
        <EvidenceNumber label={t('durations.p95')} value={edge.p95_s} format={say.time} />
      </div>
      <Filters 
        options={[
          { label: t('map.onlyThrough'), change: (before) => withArc(before, arc) },
          {
            label: t('map.onlyWithoutArc'),
            change: (before) => withFilter(before, casesThat({ type: 'not', condition: { type: 'follows', source: [edge.source], target: [edge.target], rule: 'directly' } })),
          },
        ]}
      />
      <p>
        <Link from="/mining/logs/$logId" to="." search={(before: LogSearch) => ({ ...withArc(before, arc), tab: 'variants' as const })}>
          {t('map.seeVariants')}
        </Link>
      </p>
    </>
  )
}

function Head({ title }: { title: string }) {
  const { t } = useTranslation('mining')
  const go = useGo()
  return (
    <header className={classes.head}>
      <h2>{title}</h2>
      <ActionIcon aria-label={t('shared:action.close')} onClick={() => go((before) => ({ ...before, node: undefined, edge: undefined }), 'replace')}>
        <Icon name="close" size={14} />
      </ActionIcon>
    </header>
  )
}

function Filters({ options }: { options: { label: string; change: (before: LogSearch) => LogSearch }[] }) {
  const go = useGo()
  return (
    <div className={classes.filters}>
      {options.map(({ label, change }) => (
        <Button key={label} variant="default" leftSection={<Icon name="filter" size={14} />} onClick={() => go(change)}>
          {label}
        </Button>
      ))}
    </div>
  )
}

/** Connections into or out of an activity, to walk along. */
function Steps({ title, steps, name }: { title: string; steps: MapEdge[]; name: (edge: MapEdge) => string }): ReactNode {
  const say = useSay()
  const go = useGo()
  if (steps.length === 0) return null
  return (
    <section className={classes.steps}>
      <h3>{title}</h3>
      <ul>
        {steps.map((edge) => (
          <li key={name(edge)}>
            <button type="button" onClick={() => go((before) => ({ ...before, node: undefined, edge: [edge.source, edge.target] }), 'replace')}>
              <span>{name(edge)}</span>
              <span className="tl-number tl-muted">
                {say.count(edge.events)}
                {edge.median_s !== null && ` · ${say.time(edge.median_s)}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Legend() {
  const { t } = useTranslation('mining')
  const { overlay = 'frequency' } = useLogSearch()
  return (
    <>
      <h2 className={classes.legendTitle}>{t('map.legend.title')}</h2>
      <p>{t(`map.legend.${overlay}`)}</p>
      <div className={classes.scale} aria-hidden="true">
        <span>{t(`map.legend.${overlay}Low`)}</span>
        {sequential.slice(0, -1).map((colour) => (
          <i key={colour} style={{ background: colour }} />
        ))}
        <span>{t(`map.legend.${overlay}High`)}</span>
      </div>
      <p>{t('map.legend.width')}</p>
      <p className="tl-muted">{t('map.legend.cut')}</p>
      <p className="tl-muted">{t('map.legend.keys')}</p>
    </>
  )
}
