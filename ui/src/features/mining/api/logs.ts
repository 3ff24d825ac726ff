/** Queries and calls about event logs. The file itself goes by XMLHttpRequest: only that tells how far an upload is. */
import { queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import { ApiError, problemOf, UNREACHABLE, type Problem } from '@/shared/api/problem'
import type { Schemas } from '@/shared/api/types'

import type { LogQuery } from '../filters'

export type LogSummary = Schemas['LogSummary']
export type LogDetail = Schemas['LogDetail']
export type LogSniff = Schemas['LogSniff']
export type ColumnMapping = Schemas['ColumnMapping']
export type Review = Schemas['ReviewReport']
export type ProcessMap = Schemas['ProcessMap']
export type MapNode = Schemas['MapNode']
export type MapEdge = Schemas['MapEdge']
export type Variant = Schemas['Variant']
export type MinedModel = Schemas['MinedModel']
export type PotentialActivity = Schemas['PotentialActivity']
export type Potential = Omit<Schemas['Potential'], 'activities'> & { activities: PotentialActivity[] }
export type Amount = Schemas['Amount']
export type Rates = Schemas['RatesIn']
export type DraftReport = Schemas['DraftReport']
/** The document names its problem by mistake after the alias that the server reads it by. */
export type Import = Schemas['ImportOut'] & { problem?: Problem | null }

const path = (log_id: string): { log_id: string } => ({ log_id })

/** Reviews cost seconds and change only when the log does, which makes them old by itself. */
const STEADY = 300_000

export const logsQuery = queryOptions({ queryKey: ['logs', 'list'], queryFn: () => unwrap(api.GET('/api/v1/logs')) })

export function logQuery(logId: string) {
  return queryOptions({
    queryKey: ['logs', logId],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}', { params: { path: path(logId) } })),
  })
}

export function reviewQuery(logId: string, query: LogQuery) {
  return queryOptions({
    queryKey: ['logs', logId, 'review', query],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/review', { params: { path: path(logId), query } })),
    staleTime: STEADY,
  })
}

export function mapQuery(logId: string, query: LogQuery, shares: { activity_share: number; edge_share: number }) {
  return queryOptions({
    queryKey: ['logs', logId, 'map', query, shares],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/map', { params: { path: path(logId), query: { ...query, ...shares } } })),
    staleTime: STEADY,
  })
}

export function variantsQuery(logId: string, query: LogQuery, limit = 10_000) {
  return queryOptions({
    queryKey: ['logs', logId, 'variants', query, limit],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/variants', { params: { path: path(logId), query: { ...query, limit } } })),
    staleTime: STEADY,
  })
}

export function modelQuery(logId: string, query: LogQuery, noise: number) {
  return queryOptions({
    queryKey: ['logs', logId, 'model', query, noise],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/model', { params: { path: path(logId), query: { ...query, noise } } })),
    staleTime: STEADY,
  })
}

export function potentialQuery(logId: string) {
  return queryOptions({
    queryKey: ['logs', logId, 'potential'],
    // The client's reader of answers widens pairs to lists; the document says pairs.
    queryFn: async () => (await unwrap(api.GET('/api/v1/logs/{log_id}/potential', { params: { path: path(logId) } }))) as Potential,
    staleTime: STEADY,
  })
}

export function ratesQuery(logId: string) {
  return queryOptions({
    queryKey: ['logs', logId, 'rates'],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/rates', { params: { path: path(logId) } })),
  })
}

const ENDED = ['done', 'failed', 'cancelled']

export function importQuery(importId: string) {
  return queryOptions({
    queryKey: ['imports', importId],
    queryFn: async (): Promise<Import> => unwrap(api.GET('/api/v1/logs/imports/{import_id}', { params: { path: { import_id: importId } } })),
    refetchInterval: ({ state }) => (state.data !== undefined && ENDED.includes(state.data.state) ? false : 500),
  })
}

export const limitsQuery = queryOptions({
  queryKey: ['system'],
  queryFn: () => unwrap(api.GET('/api/v1/system')),
  staleTime: STEADY,
})

export interface UploadOptions {
  csrfToken: string
  signal: AbortSignal
  onProgress: (sent: number, total: number) => void
}

/** Sends a file; rejects with an ApiError, or an AbortError when the signal stops it. */
export function upload(file: File, { csrfToken, signal, onProgress }: UploadOptions): Promise<Schemas['UploadOut']> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const form = new FormData()
    form.append('file', file, file.name)
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as Schemas['UploadOut'])
      else reject(new ApiError(problemOf(body, request.status)))
    }
    request.onerror = () => reject(new ApiError({ code: UNREACHABLE, status: 0, detail: 'The server does not answer.', remedy: 'Check that it runs.' }))
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.open('POST', '/api/v1/logs/uploads')
    request.setRequestHeader('X-CSRF-Token', csrfToken)
    request.send(form)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
