/** Lays a map out: small ones at once, large ones in a worker, so that the page stays usable. */
import { useEffect, useMemo, useState } from 'react'

import { layoutMap, type MapGraph, type MapLayout } from '../mapLayout'

const WORKER_FROM = 40

export function useMapLayout(graph: MapGraph): MapLayout | null {
  const isLarge = graph.activities.length + graph.connections.length > WORKER_FROM * 3
  const small = useMemo(() => (isLarge ? null : layoutMap(graph)), [graph, isLarge])
  const [large, setLarge] = useState<{ of: MapGraph; layout: MapLayout } | null>(null)
  useEffect(() => {
    if (!isLarge) return
    const worker = new Worker(new URL('../mapLayout.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<MapLayout>) => setLarge({ of: graph, layout: data })
    // Where workers are forbidden the page waits a moment instead.
    worker.onerror = () => setLarge({ of: graph, layout: layoutMap(graph) })
    worker.postMessage(graph)
    return () => worker.terminate()
  }, [graph, isLarge])
  return small ?? (large?.of === graph ? large.layout : null)
}
