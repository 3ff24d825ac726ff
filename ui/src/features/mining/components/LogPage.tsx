/** One log under review: the filter once for all tabs, the tab in the address. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, type ComponentType } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError } from '@/shared/api/problem'
import { formatNumber } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Loading } from '@/shared/ui/Loading'
import { Page } from '@/shared/ui/Page'

import { logQuery, type LogDetail } from '../api/logs'
import { LOG_TABS, withoutFilter, type LogQuery, type LogTab } from '../filters'
import { useGo, useLogQuery, useLogSearch } from '../hooks/useLogView'
import { HistoryAge, LogBadges, Period } from './facts'
import { FilterBar } from './FilterBar'
import classes from './LogPage.module.css'
import { LogMenu } from './LogMenu'

const QualityTab = lazy(() => import('./QualityTab').then(({ QualityTab: tab }) => ({ default: tab })))
const MapTab = lazy(() => import('./MapTab').then(({ MapTab: tab }) => ({ default: tab })))
const VariantsTab = lazy(() => import('./VariantsTab').then(({ VariantsTab: tab }) => ({ default: tab })))
const ModelTab = lazy(() => import('./ModelTab').then(({ ModelTab: tab }) => ({ default: tab })))
const PotentialTab = lazy(() => import('./PotentialTab').then(({ PotentialTab: tab }) => ({ default: tab })))

const AnalysesTab = lazy(() => import('./AnalysesTab').then(({ AnalysesTab: tab }) => ({ default: tab })))

const TABS: Record<LogTab, ComponentType<{ log: LogDetail; query: LogQuery }>> = {
  quality: QualityTab, map: MapTab, variants: VariantsTab, model: ModelTab, potential: PotentialTab, analyses: AnalysesTab,
}

export function LogPage() {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { logId } = useParams({ from: '/shell/mining/logs/$logId' })
  const log = useQuery(logQuery(logId))
  const data = log.data
  return (
    <Page
      title={data?.name ?? t('title')}
      facts={
        data !== undefined && (
          <>
            <span>{t('facts.cases', { count: data.cases, number: formatNumber(data.cases, language) })}</span>
            <span>{t('facts.events', { count: data.events, number: formatNumber(data.events, language) })}</span>
            <Period log={data} />
            <span>{data.timezone ?? t('logs.ownOffsets')}</span>
            <LogBadges log={data} />
            <HistoryAge log={data} />
          </>
        )
      }
      actions={
        <>
          <Link to="/mining">{t('logs.all')}</Link>
          {data !== undefined && <LogMenu log={data} />}
        </>
      }
    >
      <Async query={log} rows={8}>
        {(detail) => <Content log={detail} />}
      </Async>
    </Page>
  )
}

function Content({ log }: { log: LogDetail }) {
  const { tab = 'quality' } = useLogSearch()
  const query = useLogQuery()
  const Shown = TABS[tab]
  return (
    <>
      <Tabs current={tab} />
      <FilterBar log={log} />
      <Suspense fallback={<Loading rows={6} />}>
        <Shown log={log} query={query} />
      </Suspense>
    </>
  )
}

function Tabs({ current }: { current: LogTab }) {
  const { t } = useTranslation('mining')
  const nav = useRef<HTMLElement>(null)
  // On a phone the tabs are wider than the page: the current one comes into sight.
  useEffect(() => {
    const link = nav.current?.querySelector('[aria-current=page]')
    if (nav.current === null || link === null || link === undefined) return
    const over = link.getBoundingClientRect().right - nav.current.getBoundingClientRect().right
    if (over > 0) nav.current.scrollLeft += over
  }, [current])
  return (
    <nav ref={nav} className={classes.tabs} aria-label={t('tab.label')}>
      {LOG_TABS.map((tab) => (
        <Link
          key={tab}
          from="/mining/logs/$logId"
          to="."
          search={(before) => ({ ...before, tab })}
          className={classes.tab}
          aria-current={tab === current ? 'page' : undefined}
        >
          {t(`tab.${tab}`)}
        </Link>
      ))}
    </nav>
  )
}

/** No case meets the filter: not a failure, but something to change. */
export function NoCases() {
  const { t } = useTranslation('mining')
  const go = useGo()
  return (
    <Empty
      icon="filter"
      title={t('filter.noCases')}
      text={t('filter.noCasesText')}
      action={
        <button type="button" className={classes.link} onClick={() => go(withoutFilter)}>
          {t('shared:action.clearFilters')}
        </button>
      }
    />
  )
}

/** The server refuses to review no cases; that is an answer. */
export function isNoCases(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === 'TL-2120'
}
