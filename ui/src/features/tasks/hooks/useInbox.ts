/** The tasks of one view: pages joined, new ones held back until asked for. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { UserTask } from '@/shared/api/types'
import { useAnnounced } from '@/shared/live/announced'

import { taskListQuery } from '../api/tasks'
import type { TaskFilters } from '../filters'
import type { TaskView } from '../routes'

export interface Inbox {
  rows: UserTask[]
  /** New tasks that wait behind a line. */
  waiting: number
  show: () => void
  total: number | null
  isLoading: boolean
  error: unknown
  retry: () => void
  /** null: there are no more. */
  loadMore: (() => void) | null
}

const NONE: UserTask[] = []

export function useInbox(view: TaskView, search: string, filters: TaskFilters): Inbox {
  const query = useInfiniteQuery(taskListQuery(view, search, filters))
  const pages = query.data?.pages
  const all = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages])
  // Loading a further page shows it: only what comes by itself is held back.
  const scope = `${view} ${search} ${JSON.stringify(filters)} ${pages?.length ?? 0}`
  const { rows, waiting, show } = useAnnounced(all, (task) => task.user_task_id, scope)
  return {
    rows,
    waiting,
    show,
    total: pages?.[0]?.total ?? null,
    isLoading: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
    loadMore: query.hasNextPage ? () => void query.fetchNextPage() : null,
  }
}
