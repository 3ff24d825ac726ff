/** Queries and calls about event logs. The file itself goes by XMLHttpRequest: only that tells how far an upload is. */
import { queryOptions, type QueryClient, type QueryKey } from '@tanstack/react-query'

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

/** Where the progress of a look at a log is told while its query waits for it. */
export const lookWorkKey = (logId: string, look: string) => ['works', look, logId]

export function reviewQuery(logId: string, query: LogQuery) {
  return queryOptions({
    queryKey: ['logs', logId, 'review', query],
    queryFn: (waiting) =>
      known<Review>(() => unwrap(api.GET('/api/v1/logs/{log_id}/review', { params: { path: path(logId), query }, signal: waiting.signal })), waiting, lookWorkKey(logId, 'review')),
    staleTime: STEADY,
  })
}

/** How many cases and events each step of a filter leaves. */
export function reachQuery(logId: string, query: LogQuery) {
  return queryOptions({
    queryKey: ['logs', logId, 'filter', query],
    queryFn: (waiting) =>
      known<FilterReach[]>(() => unwrap(api.GET('/api/v1/logs/{log_id}/filter', { params: { path: path(logId), query }, signal: waiting.signal })), waiting, lookWorkKey(logId, 'filter')),
    staleTime: STEADY,
  })
}

export function mapQuery(logId: string, query: LogQuery, shares: { activity_share: number; edge_share: number }) {
  return queryOptions({
    queryKey: ['logs', logId, 'map', query, shares],
    queryFn: (waiting) =>
      known<ProcessMap>(
        () => unwrap(api.GET('/api/v1/logs/{log_id}/map', { params: { path: path(logId), query: { ...query, ...shares } }, signal: waiting.signal })),
        waiting,
        lookWorkKey(logId, 'map'),
      ),
    staleTime: STEADY,
  })
}

export function variantsQuery(logId: string, query: LogQuery, limit = 10_000) {
  return queryOptions({
    queryKey: ['logs', logId, 'variants', query, limit],
    queryFn: (waiting) =>
      known<Variant[]>(
        () => unwrap(api.GET('/api/v1/logs/{log_id}/variants', { params: { path: path(logId), query: { ...query, limit } }, signal: waiting.signal })),
        waiting,
        lookWorkKey(logId, 'variants'),
      ),
    staleTime: STEADY,
  })
}

export function modelQuery(logId: string, query: LogQuery, noise: number) {
  return queryOptions({
    queryKey: ['logs', logId, 'model', query, noise],
    queryFn: (waiting) =>
      known<MinedModel>(
        () => unwrap(api.GET('/api/v1/logs/{log_id}/model', { params: { path: path(logId), query: { ...query, noise } }, signal: waiting.signal })),
        waiting,
        lookWorkKey(logId, 'model'),
      ),
    staleTime: STEADY,
  })
}

/** The business calendars that work can be counted by. */
export function calendarsQuery() {
  return queryOptions({ queryKey: ['calendars'], queryFn: () => unwrap(api.GET('/api/v1/calendars')) })
}

/** calendar: name of the business calendar that work counts by; without it, the hours that the log shows. */
export function potentialQuery(logId: string, query: LogQuery = {}, calendar?: string) {
  return queryOptions({
    queryKey: ['logs', logId, 'potential', query, calendar ?? null],
    queryFn: (waiting) =>
      known(() => askPotential(logId, calendar === undefined ? query : { ...query, calendar }, waiting.signal), waiting, lookWorkKey(logId, 'potential')),
    staleTime: STEADY,
  })
}

// The client's reader of answers widens pairs to lists; the document says pairs. 202 brings a work instead.
async function askPotential(logId: string, query: LogQuery & { calendar?: string }, signal: AbortSignal): Promise<Potential | Work> {
  return (await unwrap(api.GET('/api/v1/logs/{log_id}/potential', { params: { path: path(logId), query }, signal }))) as Potential | Work
}

interface Waiting {
  client: QueryClient
  signal: AbortSignal
}

/** What *ask* gives once it is known: 202 brings a work instead, which is waited for; its progress lies under *workKey*. */
export async function known<Data extends object>(ask: () => Promise<Data | Work>, { client, signal }: Waiting, workKey: QueryKey): Promise<Data> {
  const answer = await ask()
  if (!isWork(answer)) return answer
  await followWork(answer, { signal, onProgress: (work) => client.setQueryData(workKey, work) })
  const found = await ask()
  if (isWork(found)) throw new ApiError({ code: UNEXPECTED, status: 0, detail: '' })
  return found
}

function isWork(answer: object): answer is Work {
  return 'work_id' in answer
}

/** A file at an address of the API. Where it has to be made first, that is waited for. */
export async function fetchFile(address: string, signal?: AbortSignal): Promise<Blob> {
  const first = await askFile(address, signal)
  if (first instanceof Blob) return first
  await followWork(first, { signal, onProgress: () => undefined })
  const made = await askFile(address, signal)
  if (made instanceof Blob) return made
  throw new ApiError({ code: UNEXPECTED, status: 0, detail: '' })
}

async function askFile(address: string, signal?: AbortSignal): Promise<Blob | Work> {
  const response = await fetch(address, { signal })
  if (!response.ok) throw new ApiError(problemOf(await response.json().catch(() => undefined), response.status))
  return response.status === 202 ? ((await response.json()) as Work) : response.blob()
}

/** Whether there is no more to wait for. */
export function hasEnded(work: Work): boolean {
  return ENDED.includes(work.state)
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
  onLooking: (work: Work) => void
}

/** Sends a file and waits until the server knows what it holds, however long it looks at it. */
export async function upload(file: File, options: UploadOptions): Promise<Schemas['UploadOut']> {
  const { body, location } = await send(file, options)
  if ('upload_id' in body) return body
  await followWork(body, { signal: options.signal, onProgress: options.onLooking })
  const upload_id = location.slice(location.lastIndexOf('/') + 1)
  const known = await unwrap(api.GET('/api/v1/logs/uploads/{upload_id}', { params: { path: { upload_id } }, signal: options.signal }))
  if ('upload_id' in known) return known
  throw new ApiError({ code: UNEXPECTED, status: 0, detail: '' })
}

interface Sent {
  body: Schemas['UploadOut'] | Work
  location: string
}

/** Sends a file; rejects with an ApiError, or an AbortError when the signal stops it. */
function send(file: File, { csrfToken, signal, onProgress }: UploadOptions): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const form = new FormData()
    form.append('file', file, file.name)
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve({ body: body as Sent['body'], location: request.getResponseHeader('Location') ?? '' })
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
