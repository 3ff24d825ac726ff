/** What an operator does to many, and looking at an instance as it was. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

import { modificationOf, type TokenStep } from '../modification'
import type { InstanceSummary } from './types'

export type IncidentGroup = Schemas['IncidentGroupOut']
export type Batch = Schemas['BatchOut']
export type BatchItem = Schemas['BatchItemOut']
export type BatchTurn = Schemas['BatchTurnIn']['action']
/** Without the variables: the client's reader of answers widens triples to lists, and the changes are what is shown. */
export type Moment = Omit<Schemas['MomentOut'], 'variables'>

export type Effect = Schemas['EffectOut']
export type TokenChange = Pick<Schemas['TokenChangeIn'], 'action' | 'element_id'>
export type TokenMove = Schemas['TokenMoveIn']

export type BatchKind = Schemas['BatchOut']['kind']
/** Incidents of a cause, or instances by their keys or by a filter. */
export type Selection = Partial<Schemas['SelectionIn']>
export type RestartFrom = Partial<Schemas['RestartFromIn']>

/** What is done to which; *variables*: set before a retry or over those of a restart, or the results of what is skipped. */
export interface BatchOrder {
  kind: BatchKind
  selection: Selection
  variables?: Record<string, unknown>
  restart?: RestartFrom
}

const LOOKS_AGAIN_MS = 1000

export function incidentGroupsQuery(process: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['incidents', 'groups', process],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/incident-groups', { params: { query: { process_id: process, cursor: pageParam ?? undefined } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
}

export function orderPreviewQuery({ kind, selection }: Pick<BatchOrder, 'kind' | 'selection'>) {
  return queryOptions({
    queryKey: ['batches', 'preview', kind, selection],
    queryFn: () => unwrap(api.POST('/api/v1/batches/preview', { body: { kind, selection } as never })),
    staleTime: 0,
  })
}

export function createBatch(order: BatchOrder, reason: string): Promise<Batch> {
  return unwrap(api.POST('/api/v1/batches', { body: { ...order, reason } as never }))
}

function isOver({ state }: Batch): boolean {
  return state === 'done' || state === 'cancelled'
}

/** A batch is looked at again until it is over: the stream of events does not tell of its single targets. */
export const batchListQuery = infiniteQueryOptions({
  queryKey: ['batches', 'list'],
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/v1/batches', { params: { query: { cursor: pageParam ?? undefined } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((batch) => batch.state === 'running')) ? LOOKS_AGAIN_MS : false),
})

export function batchQuery(batchId: string) {
  return queryOptions({
    queryKey: ['batches', 'one', batchId],
    queryFn: () => unwrap(api.GET('/api/v1/batches/{batch_id}', { params: { path: { batch_id: batchId } } })),
    refetchInterval: ({ state }) => (state.data !== undefined && (isOver(state.data) || state.data.state === 'paused') ? false : LOOKS_AGAIN_MS),
  })
}

/** *done*: how many have been tried, so that new failures are asked for. */
export function failedItemsQuery(batchId: string, failed: number) {
  return queryOptions({
    queryKey: ['batches', 'failed', batchId, failed],
    queryFn: () => unwrap(api.GET('/api/v1/batches/{batch_id}/items', { params: { path: { batch_id: batchId }, query: { state: 'failed', limit: 100 } } })),
    enabled: failed > 0,
  })
}

export function turnBatch(batchId: string, action: BatchTurn): Promise<Batch> {
  return unwrap(api.POST('/api/v1/batches/{batch_id}/turn', { params: { path: { batch_id: batchId } }, body: { action, reason: '' } }))
}

export function momentQuery(instanceKey: string, sequence: number) {
  return queryOptions({
    queryKey: ['instances', 'moment', instanceKey, sequence],
    queryFn: () =>
      unwrap(api.GET('/api/v1/instances/{instance_key}/moments/{sequence}', { params: { path: { instance_key: instanceKey, sequence } } })),
    // A journal only grows: what was, stays.
    staleTime: Infinity,
  })
}

export function suspendInstance(instanceKey: string, reason: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/instances/{instance_key}/suspension', { params: { path: { instance_key: instanceKey } }, body: { reason } }))
}

export function resumeInstance(instanceKey: string, reason: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/instances/{instance_key}/resumption', { params: { path: { instance_key: instanceKey } }, body: { reason } }))
}

/** Keep it whatever the policy of retention says, or no longer. */
export function holdInstance(instanceKey: string, isKept: boolean, reason: string): Promise<unknown> {
  return unwrap(api.PUT('/api/v1/instances/{instance_key}/hold', { params: { path: { instance_key: instanceKey } }, body: { is_kept: isKept, reason } }))
}

/** The variables that the instance was started with: its journal begins with them. */
export function startVariablesQuery(instanceKey: string) {
  return queryOptions({
    queryKey: ['instances', 'begun', instanceKey],
    queryFn: async (): Promise<Record<string, unknown>> => {
      const params = { path: { instance_key: instanceKey }, query: { limit: 1 } }
      const { items } = await unwrap(api.GET('/api/v1/instances/{instance_key}/journal', { params }))
      const entry = items[0]?.payload as { payload?: { variables?: Record<string, unknown> } } | undefined
      return entry?.payload?.variables ?? {}
    },
    staleTime: Infinity,
  })
}

export function restartInstance(instanceKey: string, from: RestartFrom, variables: Record<string, unknown>, reason: string): Promise<InstanceSummary> {
  const body = { ...from, variables, reason } as never
  return unwrap(api.POST('/api/v1/instances/{instance_key}/restart', { params: { path: { instance_key: instanceKey } }, body }))
}

/** What the steps would begin and end once the variables are set; nothing is changed. */
export function effectsQuery(instanceKey: string, steps: readonly TokenStep[], variables: Record<string, unknown>) {
  return queryOptions({
    queryKey: ['instances', 'effects', instanceKey, steps, variables],
    queryFn: () => {
      const params = { path: { instance_key: instanceKey } }
      const body = { ...modificationOf(steps), variables } as never
      return unwrap(api.POST('/api/v1/instances/{instance_key}/modification/preview', { params, body }))
    },
    retry: false,
    staleTime: 0,
  })
}

/** What is to be done; allowStuck: also where the instance would then wait for ever at a join. */
export interface ModificationOrder {
  steps: readonly TokenStep[]
  variables: Record<string, unknown>
  reason: string
  allowStuck: boolean
}

export function modifyInstance(instanceKey: string, { steps, variables, reason, allowStuck }: ModificationOrder): Promise<unknown> {
  const body = { ...modificationOf(steps), variables, reason, allow_stuck: allowStuck } as never
  return unwrap(api.POST('/api/v1/instances/{instance_key}/modification', { params: { path: { instance_key: instanceKey } }, body }))
}

/** What failed counts as done, with these results; a batch of one. */
export function skipIncident(incidentId: string, variables: Record<string, unknown>, reason: string): Promise<Batch> {
  return createBatch({ kind: 'skip', selection: { keys: [incidentId] }, variables }, reason)
}
