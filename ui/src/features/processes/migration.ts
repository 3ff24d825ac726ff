/** From one version to another: what differs, what may become what, and what a person has chosen otherwise. */
import type { Difference } from '@/shared/bpmn/BpmnDiagram'

import type { ElementMatch, MigrationPlan } from './api/migration'

/** Ids of the source to ids of the target; null: it shall have no place there. */
export type Mapping = Record<string, string | null>

export interface ModelElement {
  id: string
  name: string
  /** As the standard's XML names it: `userTask`. */
  type: string
}

const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL'

/** Every element of a process with an id, in document order; empty for what is no model. */
export function elementsOf(xml: string, processId: string): ModelElement[] {
  const root = new DOMParser().parseFromString(xml, 'application/xml')
  const process = [...root.getElementsByTagNameNS(BPMN, 'process')].find((one) => one.getAttribute('id') === processId)
  return [...(process?.getElementsByTagNameNS(BPMN, '*') ?? [])]
    .filter((one) => one.hasAttribute('id'))
    .map((one) => ({ id: one.getAttribute('id') ?? '', name: one.getAttribute('name') ?? '', type: one.localName }))
}

/** What an element may become: elements of its kind, and what is chosen for it. */
export function choicesFor(match: ElementMatch, elements: readonly ModelElement[], chosen: string | null): ModelElement[] {
  return elements.filter(({ id, type }) => type === match.element_type || id === chosen)
}

/** *mapping* with one more choice; a choice that is what would be proposed anyway is none. */
export function withChoice(mapping: Mapping, proposals: readonly ElementMatch[], source: string, target: string | null): Mapping {
  const others = Object.fromEntries(Object.entries(mapping).filter(([each]) => each !== source))
  const proposed = proposals.find((match) => match.source === source)?.target ?? null
  return target === proposed ? others : { ...others, [source]: target }
}

/** What to mark in the two diagrams. */
export function differencesOf(plan: Pick<MigrationPlan, 'matches' | 'added' | 'changed'>): { source: Record<string, Difference>; target: Record<string, Difference> } {
  const source: Record<string, Difference> = {}
  const target: Record<string, Difference> = Object.fromEntries(plan.added.map((id) => [id, 'added' as const]))
  for (const match of plan.matches) {
    if (match.target === null) source[match.source] = 'gone'
    else if (plan.changed.includes(match.source)) {
      source[match.source] = 'changed'
      target[match.target] = 'changed'
    }
  }
  return { source, target }
}

/** Whether a person should look at it: it has no place, it got one by name or by choice, or it says something else. */
export function isWorthALook(match: ElementMatch, changed: readonly string[]): boolean {
  return match.how !== 'id' || changed.includes(match.source)
}
