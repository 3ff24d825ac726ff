/** What a look at a log brings; while the server works on it for longer, how far it is and a way to stop it. */
import { skipToken, useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'

import { Async } from '@/shared/ui/Async'

import { hasEnded, lookWorkKey, type Work } from '../api/logs'
import { WorkProgress } from './WorkProgress'

interface LookedProps<Data> {
  query: UseQueryResult<Data>
  logId: string
  look: string
  children: (data: Data) => ReactNode
}

export function Looked<Data>({ query, logId, look, children }: LookedProps<Data>) {
  const { data: work } = useQuery<Work>({ queryKey: lookWorkKey(logId, look), queryFn: skipToken, gcTime: 0 })
  if (query.isFetching && work !== undefined && !hasEnded(work)) return <WorkProgress work={work} />
  return (
    <Async query={query} rows={10}>
      {children}
    </Async>
  )
}
