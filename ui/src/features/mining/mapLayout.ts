/**
 * Places a process map: start above, end below, layers by dagre (network simplex), connections bent around activities.
 * Plain data in and out, so that a worker can do it.
 */
import { Graph, layout } from '@dagrejs/dagre'

export const START = 'start'
export const END = 'end'
export const NODE_SIZE = { width: 200, height: 54 } as const
const PORT_SIZE = { width: 28, height: 28 } as const
const LABEL_SIZE = { width: 46, height: 16 } as const

export interface MapGraph {
  activities: string[]
  /** weight: 0 to 1; heavy connections are kept short and straight. */
  connections: { id: string; source: string; target: string; weight: number }[]
}

export interface Point {
  x: number
  y: number
}

export interface MapLayout {
  /** Upper left corners by node id. */
  places: Record<string, Point>
  /** Bends by connection id. */
  bends: Record<string, Point[]>
  /** Of the whole drawing, bends included. */
  size: { width: number; height: number }
}

export function layoutMap(map: MapGraph): MapLayout {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 30, edgesep: 12, marginx: 12, marginy: 12 })
  for (const id of map.activities) graph.setNode(id, { ...NODE_SIZE })
  for (const id of [START, END]) graph.setNode(id, { ...PORT_SIZE })
  for (const { id, source, target, weight } of map.connections.filter((one) => one.source !== one.target))
    if (graph.hasNode(source) && graph.hasNode(target)) graph.setEdge(source, target, { ...LABEL_SIZE, labelpos: 'c', weight: 1 + Math.round(20 * weight ** 2) }, id)
  layout(graph)
  const places: Record<string, Point> = {}
  for (const id of graph.nodes()) {
    const { x, y, width, height } = graph.node(id) as Point & { width: number; height: number }
    places[id] = { x: x - width / 2, y: y - height / 2 }
  }
  const bends: Record<string, Point[]> = {}
  for (const edge of graph.edges()) bends[edge.name ?? ''] = (graph.edge(edge) as { points: Point[] }).points
  Object.assign(bends, repetitions(map, places))
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return { places, bends, size: { width, height } }
}

/** Bends of what repeats directly: dagre's own way leads past the activity and does not come back. */
function repetitions(map: MapGraph, places: MapLayout['places']): MapLayout['bends'] {
  const found: MapLayout['bends'] = {}
  for (const { id, source, target } of map.connections) {
    const place = places[source]
    if (source === target && place !== undefined) found[id] = repetition(place)
  }
  return found
}

/** Out of the right side of an activity at *place* and back into it. */
function repetition({ x, y }: Point): Point[] {
  const side = x + NODE_SIZE.width
  const middle = y + NODE_SIZE.height / 2
  return [
    { x: side, y: middle - 12 }, { x: side + 22, y: middle - 18 }, { x: side + 26, y: middle }, { x: side + 22, y: middle + 18 }, { x: side, y: middle + 12 },
  ]
}

/** A smooth path through *points*: straight ends, quadratic curves between the middles. */
export function smoothPath(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const parts = [`M${first.x},${first.y}`]
  rest.forEach((point, index) => {
    const next = rest[index + 1]
    if (next === undefined) parts.push(`L${point.x},${point.y}`)
    else parts.push(`Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`)
  })
  return parts.join(' ')
}

/** Where a label stands: the middle bend. */
export function middleOf(points: readonly Point[]): Point {
  return points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 }
}
