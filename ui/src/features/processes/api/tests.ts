/** Test cases of a decision in a text that is being edited; the server runs them and keeps nothing. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

import type { TestCase } from '../tests/edits'

export type TestReport = Schemas['TestReport']
export type TestOutcome = Schemas['TestOutcome']

export interface TestRun {
  xml: string
  decisionId: string
  cases: TestCase[]
}

export function testRunQuery({ xml, decisionId, cases }: TestRun) {
  return queryOptions({
    queryKey: ['models', 'tests', decisionId, xml, cases],
    queryFn: () =>
      unwrap(api.POST('/api/v1/models/decision-tests', { body: { dmn_xml: xml, decision_id: decisionId, cases } })),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  })
}

export async function proposeCases(xml: string, decisionId: string): Promise<TestCase[]> {
  const { cases } = await unwrap(api.POST('/api/v1/models/decision-cases', { body: { dmn_xml: xml, decision_id: decisionId } }))
  return cases
}
