/** The flow nodes of a diagram as a list that follows the flow, for the outline tree. */
import type { CanvasElement } from './viewer'

export interface OutlineItem {
  id: string
  name: string
  /** `UserTask`, `ExclusiveGateway` …: the name in the standard. */
  type: string
  depth: number
  /** Ids of the nodes that flows lead to and come from. */
  next: string[]
  previous: string[]
}

const NOT_NODES = ['bpmn:SequenceFlow', 'bpmn:Association', 'bpmn:MessageFlow', 'bpmn:DataInputAssociation', 'bpmn:DataOutputAssociation']
const NOT_SHOWN = ['bpmn:Process', 'bpmn:Collaboration', 'bpmn:TextAnnotation', 'bpmn:Group', 'label']

function depthOf(element: CanvasElement): number {
  let depth = -1
  for (let parent = element.parent; parent !== undefined; parent = parent.parent) depth += 1
  return Math.max(depth, 0)
}

/** *viewer*: anything that lists canvas elements. Order: from left to right, which is how models are laid out. */
export function outlineOf(viewer: { elements: () => CanvasElement[] }): OutlineItem[] {
  const nodes = viewer
    .elements()
    .filter(({ type, labelTarget }) => labelTarget === undefined && ![...NOT_NODES, ...NOT_SHOWN].includes(type))
  return nodes
    .sort((a, b) => a.x - b.x || a.y - b.y)
    .map((node) => ({
      id: node.id,
      name: node.businessObject.name ?? '',
      type: node.businessObject.$type.replace('bpmn:', ''),
      depth: depthOf(node),
      next: node.outgoing.flatMap((flow) => (flow.target === undefined ? [] : [flow.target.id])),
      previous: node.incoming.flatMap((flow) => (flow.source === undefined ? [] : [flow.source.id])),
    }))
}
