/** What an operator has put together to be done to the tokens of one instance, in the order in which it was chosen. */
import type { RawSearch } from '@/shared/routing/search'
import type { State } from '@/shared/theme/theme'

import type { Effect, TokenChange, TokenMove } from './api/operations'
import type { ModelElement } from './migration'

export const TOKEN_ACTIONS = ['move', 'complete', 'cancel', 'before', 'after'] as const
export type TokenAction = (typeof TOKEN_ACTIONS)[number]

/** target: where a move leads to. */
export interface TokenStep {
  action: TokenAction
  element: string
  target?: string
}

/** The steps in an address; what is none is left out. Absent means that nothing is being moved. */
export function stepsParam(raw: RawSearch, name: string): TokenStep[] | undefined {
  const value = raw[name]
  return Array.isArray(value) ? value.flatMap((each: unknown) => stepIn(each)) : undefined
}

function stepIn(value: unknown): TokenStep[] {
  if (typeof value !== 'object' || value === null) return []
  const { action, element, target } = value as Record<string, unknown>
  const known = TOKEN_ACTIONS.find((each) => each === action)
  if (known === undefined || typeof element !== 'string') return []
  if (known !== 'move') return [{ action: known, element }]
  return typeof target === 'string' ? [{ action: known, element, target }] : []
}

/** As the server takes it. */
export function modificationOf(steps: readonly TokenStep[]): { changes: TokenChange[]; moves: TokenMove[] } {
  const changes: TokenChange[] = []
  const moves: TokenMove[] = []
  for (const { action, element, target } of steps)
    if (action !== 'move') changes.push({ action, element_id: element })
    else if (target !== undefined) moves.push({ source: element, target })
  return { changes, moves }
}

/** What can be done at an element: a token that is there can also be moved, completed and cancelled. */
export function actionsAt(element: string, active: ReadonlySet<string>): TokenAction[] {
  return TOKEN_ACTIONS.filter((action) => active.has(element) || action === 'before' || action === 'after')
}

const FLOW_NODE = /Task$|^task$|Event$|Gateway$|ubProcess$|^callActivity$|^transaction$/

/** Elements at which a token can be; those with one come first. */
export function places(elements: readonly ModelElement[], active: ReadonlySet<string>): ModelElement[] {
  const nodes = elements.filter(({ type }) => FLOW_NODE.test(type))
  return [...nodes.filter(({ id }) => active.has(id)), ...nodes.filter(({ id }) => !active.has(id))]
}

/** Where something begins or ends; what begins is seen where both happen. */
export function effectMarks(effects: readonly Effect[]): Record<string, State> {
  const marks: Record<string, State> = {}
  for (const { change, element_id } of effects)
    if (element_id !== null && marks[element_id] !== 'running') marks[element_id] = change === 'begins' ? 'running' : 'cancelled'
  return marks
}
