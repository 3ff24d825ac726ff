/** Queries and calls about event logs. The file itself goes by XMLHttpRequest: only that tells how far an upload is. */
import { queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import { ApiError, problemOf, UNEXPECTED, UNREACHABLE } from '@/shared/api/problem'
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
export type Work = Schemas['WorkOut']
export type FilterReach = Schemas['FilterStepReach']
export type Import = Schemas['ImportOut']

const path = (log_id: string): { log_id: string } => ({ log_id })

const ENDED = ['done', 'failed', 'cancelled']

/** Reviews cost seconds and change only when the log does, which makes them old by itself. */
const STEADY = 300_000

export const logsQuery = queryOptions({ queryKey: ['logs', 'list'], queryFn: () => unwrap(api.GET('/api/v1/logs')) })

export function logQuery(logId: string) {
  return queryOptions({
    queryKey: ['logs', logId],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}', { params: { path: path(logId) } })),
  })
}

/** All columns of the kept source, also those that the log's mapping leaves out. */
export function columnsQuery(logId: string) {
  return queryOptions({
    queryKey: ['logs', logId, 'columns'],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/columns', { params: { path: path(logId) } })),
    staleTime: STEADY,
  })
}

export function reviewQuery(logId: string, query: LogQuery) {
  return queryOptions({
    queryKey: ['logs', logId, 'review', query],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/review', { params: { path: path(logId), query } })),
    staleTime: STEADY,
  })
}

/** How many cases and events each step of a filter leaves. */
export function reachQuery(logId: string, query: LogQuery) {
  return queryOptions({
    queryKey: ['logs', logId, 'filter', query],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/filter', { params: { path: path(logId), query } })),
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

/** The business calendars that work can be counted by. */
export function calendarsQuery() {
  return queryOptions({ queryKey: ['calendars'], queryFn: () => unwrap(api.GET('/api/v1/calendars')) })
}

/** Where the progress of a log's assessment is told while `potentialQuery` waits for it. */
export const potentialWorkKey = (logId: string) => ['works', 'potential', logId]

/** calendar: name of the business calendar that work counts by; without it, the hours that the log shows. */
export function potentialQuery(logId: string, query: LogQuery = {}, calendar?: string) {
  return queryOptions({
    queryKey: ['logs', logId, 'potential', query, calendar ?? null],
    queryFn: async ({ client, signal }) => {
      const ask = () => askPotential(logId, calendar === undefined ? query : { ...query, calendar }, signal)
      const answer = await ask()
      if (!isWork(answer)) return answer
      await followWork(answer, { signal, onProgress: (work) => client.setQueryData(potentialWorkKey(logId), work) })
      const known = await ask()
      if (isWork(known)) throw new ApiError({ code: UNEXPECTED, status: 0, detail: '' })
      return known
    },
    staleTime: STEADY,
  })
}

// The client's reader of answers widens pairs to lists; the document says pairs. 202 brings a work instead.
async function askPotential(logId: string, query: LogQuery & { calendar?: string }, signal: AbortSignal): Promise<Potential | Work> {
  return (await unwrap(api.GET('/api/v1/logs/{log_id}/potential', { params: { path: path(logId), query }, signal }))) as Potential | Work
}

function isWork(answer: Potential | Work): answer is Work {
  return 'work_id' in answer
}

export interface FollowOptions {
  signal?: AbortSignal
  onProgress: (work: Work) => void
}

/** The end of a work that succeeds; else its problem is thrown. */
export async function followWork(begun: Work, { signal, onProgress }: FollowOptions): Promise<Work> {
  let work = begun
  onProgress(work)
  while (!ENDED.includes(work.state)) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    signal?.throwIfAborted()
    work = await unwrap(api.GET('/api/v1/works/{work_id}', { params: { path: { work_id: work.work_id } }, signal }))
    onProgress(work)
  }
  if (work.state === 'cancelled') throw new ApiError({ code: 'UI-WORK-CANCELLED', status: 0, detail: 'The work was cancelled.' })
  if (work.state !== 'done') throw new ApiError(work.problem ?? { code: UNEXPECTED, status: 0, detail: '' })
  return work
}

export function cancelWork(workId: string) {
  return unwrap(api.DELETE('/api/v1/works/{work_id}', { params: { path: { work_id: workId } } }))
}

export async function makeDraft(logId: string, { name, language, onProgress }: { name: string; language: 'en' | 'zh-CN'; onProgress: (work: Work) => void }): Promise<DraftReport> {
  const begun = await unwrap(api.POST('/api/v1/logs/{log_id}/draft', { params: { path: path(logId) }, body: { name, language } }))
  const { draft } = await followWork(begun, { onProgress })
  if (draft === null || draft === undefined) throw new ApiError({ code: UNEXPECTED, status: 0, detail: '' })
  return draft
}

export function ratesQuery(logId: string) {
  return queryOptions({
    queryKey: ['logs', logId, 'rates'],
    queryFn: () => unwrap(api.GET('/api/v1/logs/{log_id}/rates', { params: { path: path(logId) } })),
  })
}

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
