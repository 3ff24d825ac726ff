/** The diagram of the instance's version with the path it took and where it stands. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { BpmnDiagram, type DiagramCount } from '@/shared/bpmn/BpmnDiagram'
import type { State } from '@/shared/theme/theme'
import { Async } from '@/shared/ui/Async'

import { modelQuery } from '../api/processes'
import type { Moment } from '../api/operations'
import type { ElementVisit, Incident, InstanceDetail } from '../api/types'

interface InstanceDiagramProps {
  detail: InstanceDetail
  /** Shown as it was then, not as it is now. */
  moment?: Moment
  /** Where something would begin or end. */
  effects?: Record<string, State>
  element: string | null
  onElement: (element: string | null) => void
}

export function InstanceDiagram({ detail, moment, effects, element, onElement }: InstanceDiagramProps) {
  const { t } = useTranslation('processes')
  const { summary, visits, incidents } = detail
  const model = useQuery(modelQuery(summary.process_id, moment?.version ?? summary.version))
  const marks = useMemo(() => ({ ...(moment === undefined ? marksOf(visits, incidents) : marksAt(moment, visits)), ...effects }), [moment, visits, incidents, effects])
  const counts = useMemo(
    () => [
      ...Object.entries(effects ?? {}).map(([elementId, state]): DiagramCount => {
        const text = t(state === 'running' ? 'modify.begins' : 'modify.ends')
        return { elementId, text, state, label: text }
      }),
      ...repeats(moment === undefined ? visits : []).map(
        ([elementId, times]): DiagramCount => ({
          elementId,
          text: `× ${times}`,
          state: 'cancelled',
          label: t('count.visits', { count: times }),
        }),
      ),
    ],
    [moment, visits, effects, t],
  )
  return (
    <Async query={model} rows={6}>
      {(xml) => (
        <BpmnDiagram
          xml={xml}
          label={summary.process_name}
          processId={summary.process_id}
          marks={marks}
          counts={counts}
          selectedId={element}
          onSelect={onElement}
          height="min(48vh, 460px)"
        />
      )}
    </Async>
  )
}

const LOOK: Record<string, State> = { active: 'running', completed: 'done', terminated: 'cancelled', failed: 'incident' }

/** The state of each element: an open incident first, then what is active, then how the last visit ended. */
export function marksOf(visits: readonly ElementVisit[], incidents: readonly Incident[]): Record<string, State> {
  const marks: Record<string, State> = {}
  for (const { element_id, state } of visits)
    if (marks[element_id] !== 'running') marks[element_id] = LOOK[state] ?? 'done'
  for (const { element_id, resolved_at } of incidents) if (resolved_at === null) marks[element_id] = 'incident'
  return marks
}

/** At a moment: where it stood, what it had just left, and what was over by then. */
export function marksAt(moment: Pick<Moment, 'active' | 'left' | 'occurred_at'>, visits: readonly ElementVisit[]): Record<string, State> {
  const marks: Record<string, State> = {}
  const then = Date.parse(moment.occurred_at)
  for (const { element_id, left_at } of visits) if (left_at !== null && Date.parse(left_at) <= then) marks[element_id] = 'done'
  for (const element of moment.left) marks[element] = 'done'
  for (const { element_id } of moment.active) marks[element_id] = 'running'
  return marks
}

function repeats(visits: readonly ElementVisit[]): [string, number][] {
  const times = new Map<string, number>()
  for (const { element_id } of visits) times.set(element_id, (times.get(element_id) ?? 0) + 1)
  return [...times].filter(([, count]) => count > 1)
}
