/** Drafts: models being edited. A save names the revision it began from; an older one is refused. */
import { queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Finding } from '@/shared/api/problem'

import type { Deployment, ModelDraft } from './types'

export const draftListQuery = queryOptions({
  queryKey: ['drafts', 'list'],
  queryFn: () => unwrap(api.GET('/api/v1/drafts')),
})

export function draftQuery(draftId: string) {
  return queryOptions({
    queryKey: ['drafts', 'one', draftId],
    queryFn: () => unwrap(api.GET('/api/v1/drafts/{draft_id}', { params: { path: { draft_id: draftId } } })),
    // The editor holds what the person works on; nothing may replace it behind their back.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

interface NewDraft {
  name: string
  bpmnXml?: string
  dmnXml?: string
  basedOn?: string
}

export function createDraft({ name, bpmnXml, dmnXml, basedOn }: NewDraft): Promise<ModelDraft> {
  return unwrap(
    api.POST('/api/v1/drafts', {
      body: { name, bpmn_xml: bpmnXml ?? null, dmn_xml: dmnXml ?? null, based_on: basedOn ?? null },
    }),
  )
}

export interface DraftChange {
  draftId: string
  revision: number
  name: string
  bpmnXml: string
  dmnXml: string | null
}

export function saveDraft({ draftId, revision, name, bpmnXml, dmnXml }: DraftChange): Promise<ModelDraft> {
  return unwrap(
    api.PUT('/api/v1/drafts/{draft_id}', {
      params: { path: { draft_id: draftId } },
      body: { revision, name, bpmn_xml: bpmnXml, dmn_xml: dmnXml },
    }),
  )
}

export function deleteDraft(draftId: string): Promise<unknown> {
  return unwrap(api.DELETE('/api/v1/drafts/{draft_id}', { params: { path: { draft_id: draftId } } }))
}

export function deployDraft(draftId: string, revision: number): Promise<Deployment> {
  return unwrap(api.POST('/api/v1/deployments', { body: { draft_id: draftId, revision } }))
}

export async function checkModel(bpmnXml: string, dmnXml: string | null): Promise<Finding[]> {
  const { findings } = await unwrap(api.POST('/api/v1/models/check', { body: { bpmn_xml: bpmnXml, dmn_xml: dmnXml } }))
  return findings
}
