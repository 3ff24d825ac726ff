/** Migration of running instances: the plan between two versions, its dry run, and the batch that does it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

import type { Mapping } from '../migration'
import type { Batch } from './operations'

export type MigrationPlan = Schemas['MigrationPlanOut']
export type ElementMatch = Schemas['ElementMatchOut']
export type InstanceVerdict = Omit<Schemas['InstanceVerdictOut'], 'obstacles'> & { obstacles: string[][] }
export type VersionUse = Schemas['VersionUseOut']
export const VERDICTS = ['migrates', 'waits', 'cannot', 'stuck'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Migration {
  process: string
  from: number
  to: number
  mapping: Mapping
  /** Elements of the target whose waits are opened anew. */
  renewed: string[]
}

function bodyOf({ process, from, to, mapping, renewed }: Migration) {
  return { process_id: process, source_version: from, target_version: to, mapping, renewed }
}

export function versionUseQuery(processId: string) {
  return queryOptions({
    queryKey: ['processes', 'versions', processId],
    queryFn: () => unwrap(api.GET('/api/v1/processes/{process_id}/versions', { params: { path: { process_id: processId } } })),
    meta: { topics: ['instances', 'processes'] },
  })
}

export function planQuery(migration: Migration) {
  return queryOptions({
    queryKey: ['processes', 'migration', migration],
    queryFn: () => unwrap(api.POST('/api/v1/migrations/plan', { body: bodyOf(migration) })),
    placeholderData: keepPreviousData,
    retry: false,
  })
}

/** *verdict*: only these are listed; the counts are of all. */
export function dryRunQuery(migration: Migration, verdict: Verdict | undefined) {
  return infiniteQueryOptions({
    queryKey: ['instances', 'migration', migration, verdict],
    queryFn: ({ pageParam }) =>
      unwrap(api.POST('/api/v1/migrations/preview', { params: { query: { verdict, cursor: pageParam ?? undefined } }, body: bodyOf(migration) })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    retry: false,
  })
}

export function verdictQuery(instanceKey: string, migration: Migration) {
  return queryOptions({
    queryKey: ['instances', 'migration-of', instanceKey, migration],
    queryFn: () =>
      unwrap(api.POST('/api/v1/instances/{instance_key}/migration/preview', { params: { path: { instance_key: instanceKey } }, body: bodyOf(migration) })),
    retry: false,
  })
}

/** Carries over one instance, or all that run by the source version; each for itself. allowStuck: also what would then wait for ever. */
export function startMigration(migration: Migration, instanceKey: string | undefined, reason: string, allowStuck: boolean): Promise<Batch> {
  const query = { process_id: migration.process, version: migration.from, status: 'active' }
  const selection = instanceKey === undefined ? { query } : { keys: [instanceKey] }
  return unwrap(api.POST('/api/v1/batches', { body: { kind: 'migrate', selection, migration: bodyOf(migration), reason, allow_stuck: allowStuck } as never }))
}
