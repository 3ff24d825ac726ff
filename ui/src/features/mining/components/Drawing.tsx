/** The drawing of an analysis, waited for where the server has to make it first. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

import { Loading } from '@/shared/ui/Loading'
import { Problem } from '@/shared/ui/Problem'

import type { AnalysisRun } from '../analyses'
import { drawingQuery } from '../api/analyses'

export function Drawing({ run, file, label }: { run: AnalysisRun; file: string; label: string }) {
  const { data, error, refetch } = useQuery(drawingQuery(run, file))
  if (data !== undefined) return <Picture content={data} label={label} />
  return error === null ? <Loading rows={4} /> : <Problem error={error} onRetry={() => void refetch()} />
}

function Picture({ content, label }: { content: Blob; label: string }) {
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    const address = URL.createObjectURL(content)
    if (image.current !== null) image.current.src = address
    return () => URL.revokeObjectURL(address)
  }, [content])
  return <img ref={image} alt={label} />
}
