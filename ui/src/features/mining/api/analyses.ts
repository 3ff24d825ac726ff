/** The analyses that the server offers, and running one of them on the filtered log. */
import { queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

import { fileAddress, type AnalysisRun } from '../analyses'
import { fetchFile, known, type Work } from './logs'

export type Analysis = Schemas['AnalysisOut']
export type Parameter = Schemas['ParameterOut']
export type AnalysisResult = Schemas['AnalysisResultOut']

export const analysesQuery = queryOptions({
  queryKey: ['analyses'],
  queryFn: () => unwrap(api.GET('/api/v1/analyses')),
  staleTime: Infinity,
})

/** Where the progress of a run is told while `analysisQuery` waits for it. */
export const analysisWorkKey = (run: AnalysisRun) => ['works', 'analysis', run.logId, run.name]

export function analysisQuery(run: AnalysisRun) {
  return queryOptions({
    queryKey: ['logs', run.logId, 'analysis', run.name, run.parameters, run.query, run.documents],
    queryFn: (waiting): Promise<AnalysisResult> => known(() => ask(run, waiting.signal), waiting, analysisWorkKey(run)),
    staleTime: 300_000,
    retry: false,
  })
}

export function drawingQuery(run: AnalysisRun, file: string) {
  return queryOptions({
    queryKey: ['logs', run.logId, 'analysis', run.name, run.parameters, run.query, 'file', file],
    queryFn: ({ signal }) => fetchFile(fileAddress(run, file), signal),
    staleTime: 300_000,
    retry: false,
  })
}

// One route per analysis in the document, all of one form: the name is data here. The client's types cannot say that.
type Answer = { data?: AnalysisResult | Work; error?: unknown; response: Response }
type Discover = '/api/v1/logs/{log_id}/analyses/discover'

async function ask(run: AnalysisRun, signal: AbortSignal): Promise<AnalysisResult | Work> {
  const route = `/api/v1/logs/{log_id}/analyses/${run.name}` as Discover
  const params = { path: { log_id: run.logId }, query: { ...run.query, ...run.parameters } as Record<string, never> }
  const hasDocuments = Object.keys(run.documents).length > 0
  const call = hasDocuments ? api.POST(route as never, { params, body: run.documents, signal } as never) : api.GET(route, { params, signal })
  return unwrap(call as Promise<Answer>)
}
