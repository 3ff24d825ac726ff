/**
 * Live updates: one event stream for the whole page, whose hints tell which lists are old.
 *
 * The stream carries no data, only topics ("tasks", "incidents", "watch:PROCESS"). The first part of a query's key is
 * its topic (or its `meta.topics` name it), so a hint marks it as old and what is on screen fetches itself anew. A person can pause: hints
 * are then counted and done in one go on return. While the tab is hidden the stream is closed, and on return everything
 * live is fetched once, so nothing is missed.
 */
import { useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'

export interface Hint {
  topic: string
  process_id?: string
  instance_key?: string
  kind: string
  at: string
}

export type LiveState = 'live' | 'paused' | 'lost' | 'off'

interface Live {
  state: LiveState
  /** Hints that came while paused. */
  held: number
  lastAt: string | null
  pause: () => void
  resume: () => void
  watch: (topics: readonly string[]) => () => void
}

const LiveContext = createContext<Live | null>(null)

// Hints come in bursts (one instance moves ten things): fetch once per burst.
const GATHER_MS = 250
const AGAIN_MS = 5000

export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient()
  const [topics, setTopics] = useState<readonly string[]>([])
  const [state, setState] = useState<LiveState>('off')
  const [isPaused, setPaused] = useState(false)
  const [held, setHeld] = useState(0)
  const [lastAt, setLastAt] = useState<string | null>(null)
  const wanted = useRef(new Map<string, number>())
  const waiting = useRef(new Set<string>())
  const pausedNow = useRef(false)

  const actions = useMemo(() => {
    function flush(): void {
      const topics = [...waiting.current]
      waiting.current.clear()
      if (topics.length > 0) void queryClient.invalidateQueries({ predicate: (query) => isTouched(query, topics) })
    }
    function watch(asked: readonly string[]): () => void {
      for (const topic of asked) wanted.current.set(topic, (wanted.current.get(topic) ?? 0) + 1)
      setTopics([...wanted.current.keys()].sort())
      return () => {
        for (const topic of asked) {
          const left = (wanted.current.get(topic) ?? 1) - 1
          if (left === 0) wanted.current.delete(topic)
          else wanted.current.set(topic, left)
        }
        setTopics([...wanted.current.keys()].sort())
      }
    }
    function pause(): void {
      pausedNow.current = true
      setPaused(true)
    }
    function resume(): void {
      pausedNow.current = false
      setPaused(false)
      setHeld(0)
      flush()
    }
    return { flush, watch, pause, resume }
  }, [queryClient])

  const query = topics.join(',')
  useEffect(() => {
    if (query === '' || typeof EventSource === 'undefined') return
    let timer: ReturnType<typeof setTimeout> | undefined
    let again: ReturnType<typeof setTimeout> | undefined
    let source: EventSource | undefined
    let isLost = false

    function onHint(message: MessageEvent<string>): void {
      const hint = hintOf(message.data)
      if (hint === null) return
      setLastAt(hint.at)
      waiting.current.add(hint.topic)
      if (pausedNow.current) {
        setHeld((count) => count + 1)
        return
      }
      timer ??= setTimeout(() => {
        timer = undefined
        actions.flush()
      }, GATHER_MS)
    }
    function open(): void {
      source = new EventSource(`/api/v1/stream?topics=${encodeURIComponent(query)}`)
      source.onopen = () => {
        setState('live')
        if (isLost) catchUp()
        isLost = false
      }
      source.onerror = () => {
        isLost = true
        setState('lost')
        // A dropped connection is made again by the browser; a refused one (server starting) is left to us.
        if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS)
      }
      source.onmessage = onHint
    }
    /** Hints were missed: everything live may be old. */
    function catchUp(): void {
      for (const topic of query.split(',')) waiting.current.add(topic)
      if (!pausedNow.current) actions.flush()
    }
    function onVisibility(): void {
      source?.close()
      clearTimeout(again)
      if (document.hidden) return
      catchUp()
      open()
    }

    open()
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      clearTimeout(timer)
      clearTimeout(again)
      source?.close()
      setState('off')
    }
  }, [query, actions])

  const shown: LiveState = isPaused && state !== 'off' ? 'paused' : state
  const live = useMemo<Live>(() => ({ ...actions, state: shown, held, lastAt }), [actions, shown, held, lastAt])
  return <LiveContext value={live}>{children}</LiveContext>
}

/**
 * Tells whether one of *topics* makes a query old: its key begins with the topic ("watch:permit" is ["watch", "permit"]),
 * or its `meta.topics` name it (for pages that gather from several).
 */
export function isTouched(query: { queryKey: readonly unknown[]; meta?: Record<string, unknown> }, topics: string[]): boolean {
  const also = Array.isArray(query.meta?.topics) ? (query.meta.topics as unknown[]) : []
  return topics.some((topic) => {
    const [name, subject] = topic.split(/:(.*)/s)
    const isKey = query.queryKey[0] === name && (subject === undefined || query.queryKey[1] === subject)
    return isKey || also.includes(topic)
  })
}

function hintOf(text: string): Hint | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'topic' in value ? (value as Hint) : null
  } catch {
    return null
  }
}

export function useLive(): Live {
  const live = useContext(LiveContext)
  if (live === null) throw new Error('useLive outside LiveProvider')
  return live
}

/** Keeps the queries of these topics (`instances`, `tasks`, `incidents`, `watch:PID`) fresh while the part is shown. */
export function useLiveTopics(...topics: string[]): void {
  const { watch } = useLive()
  const asked = topics.join(',')
  useEffect(() => (asked === '' ? undefined : watch(asked.split(','))), [watch, asked])
}
