/** The log page's address: reading it, changing it, and its filter as the server takes it. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import { variantsQuery, type LogDetail } from '../api/logs'
import { needsVariants, resolveFilter, type LogSearch, type Resolved } from '../filters'

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

export type Filtered = Resolved | { kind: 'loading' } | { kind: 'failed'; error: unknown; retry: () => void }

/** Days count in the log's zone; where the log has none, its instants are shown and filtered in UTC. */
export function zoneOf(log: Pick<LogDetail, 'timezone'>): string {
  return log.timezone ?? 'UTC'
}

export function useFiltered(log: LogDetail): Filtered {
  const search = useLogSearch()
  const isAsked = needsVariants(search)
  const all = useQuery({ ...variantsQuery(log.log_id, {}), enabled: isAsked })
  return useMemo((): Filtered => {
    if (isAsked && all.data === undefined)
      return all.error === null ? { kind: 'loading' } : { kind: 'failed', error: all.error, retry: () => void all.refetch() }
    return resolveFilter(search, zoneOf(log), all.data ?? [])
  }, [isAsked, all, search, log])
}
