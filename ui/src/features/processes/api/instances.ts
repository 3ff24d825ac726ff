/** Process instances and incidents: lists, one whole, and what an operator does to them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'

import type { IncidentsSearch, InstancesSearch } from '../routes'
import { filterOf } from '../selection'

export function instanceListQuery(search: InstancesSearch) {
  return infiniteQueryOptions({
    queryKey: ['instances', 'list', search],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/instances', {
          params: {
            query: { ...filterOf(search), cursor: pageParam ?? undefined },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
}

export function instanceQuery(instanceKey: string) {
  return queryOptions({
    queryKey: ['instances', 'one', instanceKey],
    queryFn: () => unwrap(api.GET('/api/v1/instances/{instance_key}', { params: { path: { instance_key: instanceKey } } })),
    meta: { topics: ['incidents', 'tasks'] },
  })
}

export function instanceEventsQuery(instanceKey: string) {
  return queryOptions({
    queryKey: ['instances', 'events', instanceKey],
    queryFn: () =>
      unwrap(api.GET('/api/v1/instances/{instance_key}/events', { params: { path: { instance_key: instanceKey } } })),
  })
}

export function cancelInstance(instanceKey: string, reason: string): Promise<unknown> {
  return unwrap(
    api.POST('/api/v1/instances/{instance_key}/cancel', {
      params: { path: { instance_key: instanceKey } },
      body: { reason },
    }),
  )
}

export function setVariables(instanceKey: string, variables: Record<string, unknown>, reason: string): Promise<unknown> {
  return unwrap(
    api.PUT('/api/v1/instances/{instance_key}/variables', {
      params: { path: { instance_key: instanceKey } },
      body: { variables, reason },
    }),
  )
}

export function incidentListQuery(search: IncidentsSearch) {
  return infiniteQueryOptions({
    queryKey: ['incidents', 'list', search],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/incidents', {
          params: {
            query: { process_id: search.process, state: search.state ?? 'open', cursor: pageParam ?? undefined },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
}

export function resolveIncident(incidentId: string, variables: Record<string, unknown>, reason: string): Promise<unknown> {
  return unwrap(
    api.POST('/api/v1/incidents/{incident_id}/resolve', {
      params: { path: { incident_id: incidentId } },
      body: { variables, reason },
    }),
  )
}

export function resolveIncidents(incidentIds: string[], reason: string) {
  return unwrap(api.POST('/api/v1/incidents/resolve', { body: { incident_ids: incidentIds, reason } }))
}
