/** One way to show what a query brings: skeleton, problem with retry, or the content. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'

import { Loading } from './Loading'
import { Problem } from './Problem'

interface AsyncProps<Data> {
  query: UseQueryResult<Data>
  rows?: number
  children: (data: Data) => ReactNode
}

export function Async<Data>({ query, rows, children }: AsyncProps<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />
  return <Loading rows={rows} />
}
