/** Deployed decisions: what there is, their files, trying one, evaluating expressions. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

export type DeployedDecision = Schemas['DeployedDecision']
export type DecisionDetail = Schemas['DecisionDetail']
export type Outcome = Schemas['TestOutcome']
export type ExpressionResult = Schemas['ExpressionResult']

export const decisionListQuery = queryOptions({
  queryKey: ['decisions', 'list'],
  queryFn: () => unwrap(api.GET('/api/v1/decisions')),
  meta: { topics: ['processes'] },
})

export function decisionQuery(decisionId: string, version: number | undefined) {
  return queryOptions({
    queryKey: ['decisions', 'one', decisionId, version],
    queryFn: () =>
      unwrap(api.GET('/api/v1/decisions/{decision_id}', { params: { path: { decision_id: decisionId }, query: { version } } })),
    placeholderData: keepPreviousData,
    meta: { topics: ['instances', 'processes'] },
  })
}

export function decisionTextQuery(decisionId: string, version: number) {
  return queryOptions({
    queryKey: ['decisions', 'dmn', decisionId, version],
    queryFn: async () =>
      (await unwrap(
        api.GET('/api/v1/decisions/{decision_id}/versions/{version}/dmn', {
          params: { path: { decision_id: decisionId, version } },
          parseAs: 'text',
        }),
      )) as unknown as string,
    staleTime: Number.POSITIVE_INFINITY, // a version never changes
  })
}

/** Decides once, with inputs as FEEL texts. */
export async function tryDecision(xml: string, decisionId: string, inputs: Record<string, string>): Promise<Outcome> {
  const body = { dmn_xml: xml, decision_id: decisionId, cases: [{ id: 'try', name: '', inputs, expected: {} }] }
  const { outcomes } = await unwrap(api.POST('/api/v1/models/decision-tests', { body }))
  const [outcome] = outcomes
  if (outcome === undefined) throw new Error('one case has one outcome')
  return outcome
}

export function evaluateExpression(expression: string, context: Record<string, unknown>): Promise<ExpressionResult> {
  return unwrap(api.POST('/api/v1/expressions/evaluations', { body: { expression, context } }))
}
