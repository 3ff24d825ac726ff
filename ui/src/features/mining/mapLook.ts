/** How amounts become width, colour and words on the map. */
import { paper, sequential } from '@/shared/theme/theme'

import type { MapEdge, MapNode, ProcessMap } from './api/logs'
import type { Arc } from './filters'

export type Overlay = 'frequency' | 'time'

/** 0 to 1; logarithmic, because both counts and durations span orders of magnitude. */
export function level(value: number, most: number): number {
  return most <= 0 || value <= 0 ? 0 : Math.min(1, Math.log1p(value) / Math.log1p(most))
}

// The middle of the scale is left out: neither dark nor light text reads well on it.
const GROUNDS = [sequential[0], sequential[1], sequential[2], sequential[4], sequential[5]] as const
const DARK_FROM = 3

/** Ground and text of an activity; the text stays readable on every step of the scale. */
export function groundOf(share: number): { background: string; color: string } {
  const step = Math.min(GROUNDS.length - 1, Math.floor(share * GROUNDS.length))
  return { background: GROUNDS[step] ?? paper.ground, color: step >= DARK_FROM ? paper.ground : paper.text }
}

/** Lines on paper start at the third step: the first two could not be seen. */
export function strokeOf(share: number): string {
  return sequential[Math.min(sequential.length - 1, 2 + Math.round(share * (sequential.length - 3)))] ?? paper.text
}

export function widthOf(share: number): number {
  return 1 + 5 * share ** 2
}

export function nodeAmount(node: MapNode, overlay: Overlay): number | null {
  return overlay === 'frequency' ? node.events : node.median_gap_s
}

export function edgeAmount(edge: MapEdge, overlay: Overlay): number | null {
  return overlay === 'frequency' ? edge.events : edge.median_s
}

export function mostOf(map: ProcessMap, overlay: Overlay): { nodes: number; edges: number } {
  return {
    nodes: Math.max(0, ...map.nodes.map((node) => nodeAmount(node, overlay) ?? 0)),
    edges: Math.max(0, ...map.edges.map((edge) => edgeAmount(edge, overlay) ?? 0)),
  }
}

export function edgeId(step: Arc): string {
  return JSON.stringify(step)
}

/** Starts and ends as rare as the connections that the slider cut off go with them; the most frequent always stays. */
export function shownPorts(ports: readonly { activity: string; cases: number }[], map: ProcessMap): { activity: string; cases: number }[] {
  const isCut = map.edges.length < map.edges_total
  const rarest = isCut ? Math.min(...map.edges.map((edge) => edge.cases)) : 0
  const activities = new Set(map.nodes.map((node) => node.activity))
  const there = ports.filter(({ activity }) => activities.has(activity))
  const most = Math.max(0, ...there.map(({ cases }) => cases))
  return there.filter(({ cases }) => cases >= rarest || cases === most)
}

/** As many activities as a screen can show, and connections to go with them, until the person moves the sliders. */
export const MOST_NODES = 100
const COMFORTABLE_NODES = 12

export interface Shares {
  activities: number
  connections: number
}

/** In per cent. */
export function initialShares(activities: number): Shares {
  return {
    activities: activities <= COMFORTABLE_NODES ? 100 : Math.max(1, Math.round((100 * COMFORTABLE_NODES) / activities)),
    connections: activities <= 8 ? 100 : 50,
  }
}

/** The largest share of activities that keeps the map below its limit, in per cent. */
export function largestShare(activities: number): number {
  return activities <= MOST_NODES ? 100 : Math.floor((100 * MOST_NODES) / activities)
}
