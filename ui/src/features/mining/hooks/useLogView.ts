/** The log page's address: reading it, changing it, and its filter as the server takes it. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import type { LogDetail } from '../api/logs'
import { logQueryOf, withFilter, type LogQuery, type LogSearch } from '../filters'
import type { FilterStep } from '../filterSteps'

const FROM = '/shell/mining/logs/$logId'

export function useLogSearch(): LogSearch {
  return useSearch({ from: FROM })
}

/** Changes the address; *replace* for what moves often (sliders, selection), so that "back" leaves the page. */
export function useGo(): (change: (before: LogSearch) => LogSearch, history?: 'push' | 'replace') => void {
  const navigate = useNavigate({ from: '/mining/logs/$logId' })
  return useCallback(
    (change, history = 'push') => void navigate({ search: (before) => change(before as LogSearch), replace: history === 'replace', resetScroll: false }),
    [navigate],
  )
}

/** Adds a step to the filter: what a click on a shown thing does. */
export function useAddFilter(): (step: FilterStep) => void {
  const go = useGo()
  return useCallback((step) => go((before) => withFilter(before, step)), [go])
}

export function useLogQuery(): LogQuery {
  const { filter } = useLogSearch()
  return useMemo(() => logQueryOf({ filter }), [filter])
}

/** Days count in the log's zone; where the log has none, its instants are shown and filtered in UTC. */
export function zoneOf(log: Pick<LogDetail, 'timezone'>): string {
  return log.timezone ?? 'UTC'
}
