/** Deployed processes: what there is, their files, how they run, starting and deploying. */
import { queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import { ApiError, UNEXPECTED } from '@/shared/api/problem'

import type { Deployment, InstanceSummary, Watch } from './types'

export const processListQuery = queryOptions({
  queryKey: ['processes', 'list'],
  queryFn: () => unwrap(api.GET('/api/v1/processes')),
  meta: { topics: ['instances', 'incidents', 'processes'] },
})

export function processQuery(processId: string) {
  return queryOptions({
    queryKey: ['processes', 'one', processId],
    queryFn: () => unwrap(api.GET('/api/v1/processes/{process_id}', { params: { path: { process_id: processId } } })),
    meta: { topics: ['instances', 'incidents'] },
  })
}

export function modelQuery(processId: string, version: number) {
  return queryOptions({
    queryKey: ['processes', 'xml', processId, version],
    queryFn: async () =>
      (await unwrap(
        api.GET('/api/v1/processes/{process_id}/versions/{version}/xml', {
          params: { path: { process_id: processId, version } },
          parseAs: 'text',
        }),
      )) as unknown as string,
    staleTime: Number.POSITIVE_INFINITY, // a version never changes
  })
}

export function startFormQuery(processId: string) {
  return queryOptions({
    queryKey: ['processes', 'start-form', processId],
    queryFn: () => unwrap(api.GET('/api/v1/processes/{process_id}/start-form', { params: { path: { process_id: processId } } })),
  })
}

export function watchQuery(processId: string) {
  return queryOptions({
    queryKey: ['watch', processId],
    // openapi-fetch widens the interval's pair to a list.
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/watch/{process_id}', { params: { path: { process_id: processId } } }))) as Watch,
    meta: { topics: ['instances', 'incidents'] },
    refetchInterval: 30_000, // waiting times grow without any event
  })
}

export const logListQuery = queryOptions({
  queryKey: ['logs', 'list'],
  queryFn: () => unwrap(api.GET('/api/v1/logs')),
})

export function setBaseline(processId: string, logId: string | null): Promise<unknown> {
  return unwrap(
    api.PUT('/api/v1/processes/{process_id}/baseline', { params: { path: { process_id: processId } }, body: { log_id: logId } }),
  )
}

export interface StartRequest {
  processId: string
  variables: Record<string, unknown>
  businessKey: string
}

export function startInstance({ processId, variables, businessKey }: StartRequest): Promise<InstanceSummary> {
  return unwrap(
    api.POST('/api/v1/processes/{process_id}/instances', {
      params: { path: { process_id: processId } },
      body: { variables, business_key: businessKey === '' ? null : businessKey },
    }),
  )
}

/** All files in one deployment, or none of them. */
export function deployFiles(files: readonly File[]): Promise<Deployment> {
  const body = new FormData()
  for (const file of files) body.append('files', file)
  return unwrap(
    api.POST('/api/v1/deployments', { body: body as never, bodySerializer: (given: unknown) => given as FormData }),
  )
}

/** Makes or renews the event log of a process's own history; its id. */
export async function readHistory(processId: string): Promise<string> {
  const { import_id } = await unwrap(api.POST('/api/v1/logs/from-history', { body: { process_id: processId } }))
  const params = { path: { import_id } }
  let progress = await unwrap(api.GET('/api/v1/logs/imports/{import_id}', { params }))
  while (progress.state === 'waiting' || progress.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 300))
    progress = await unwrap(api.GET('/api/v1/logs/imports/{import_id}', { params }))
  }
  const { log_id, problem } = progress
  if (typeof log_id !== 'string') throw new ApiError(problem ?? { code: UNEXPECTED, status: 0, detail: '' })
  return log_id
}
