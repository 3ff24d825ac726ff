/**
 * The map as a drawing on light paper. Activities and connections can be reached with Tab and chosen with Enter; what is
 * chosen is in the address.
 */
import '@xyflow/react/dist/base.css'

import { BaseEdge, ControlButton, Controls, EdgeLabelRenderer, Handle, Position, ReactFlow, type Edge, type EdgeProps, type Node, type NodeProps, type ReactFlowInstance } from '@xyflow/react'
import { memo, useEffect, useMemo, useRef, useState, type CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Icon } from '@/shared/ui/Icon'
import { Loading } from '@/shared/ui/Loading'
import { diverging, paper, surfaces } from '@/shared/theme/theme'

import type { ProcessMap } from '../api/logs'
import type { Arc } from '../filters'
import { useMapLayout } from '../hooks/useMapLayout'
import { END, middleOf, NODE_SIZE, smoothPath, START, type MapGraph, type MapLayout, type Point } from '../mapLayout'
import { edgeAmount, edgeId, groundOf, level, mostOf, nodeAmount, shownPorts, strokeOf, widthOf, type Overlay } from '../mapLook'
import classes from './Map.module.css'

export interface MapSelection {
  node: string | null
  edge: Arc | null
}
export interface MapChoice {
  node: string | undefined
  edge: Arc | undefined
}

interface MapCanvasProps {
  map: ProcessMap
  overlay: Overlay
  selection: MapSelection
  onSelect: (choice: MapChoice) => void
}

type ActivityNode = Node<{ name: string; amount: string; background: string; color: string }, 'activity'>
type PortNode = Node<{ label: string }, 'port'>
type MapLine = Edge<{ points: Point[]; text: string; stroke: string; width: number }, 'map'>

/** Below this zoom the names of activities cannot be read. */
const READABLE = 0.5

export function MapCanvas({ map, overlay, selection, onSelect }: MapCanvasProps) {
  const { t } = useTranslation('mining')
  const graph = useMemo(() => graphOf(map), [map])
  const layout = useMapLayout(graph)
  const nodes = useNodes(map, overlay, layout, selection.node)
  const edges = useEdges(map, overlay, layout, selection.edge)
  const flow = useRef<ReactFlowInstance<ActivityNode | PortNode, MapLine> | null>(null)
  const box = useRef<HTMLDivElement>(null)
  if (layout === null) return <Loading rows={8} />
  // A wide map begins readable at its start, to be moved about; "fit" shows it whole.
  const begin = (): void => {
    const start = layout.places[START]
    const frame = box.current?.getBoundingClientRect()
    if (start === undefined || frame === undefined || frame.width / layout.size.width >= READABLE) fit()
    else void flow.current?.setViewport({ x: beginAt(start.x + 14, layout.size.width, frame.width), y: 12, zoom: READABLE })
  }
  // By the whole drawing: connections bend beyond the activities. Small maps are not blown up.
  const fit = (): void => {
    const { width, height } = layout.size
    const frame = { width: Math.max(width, 900), height: Math.max(height, 500) }
    void flow.current?.fitBounds({ x: (width - frame.width) / 2, y: (height - frame.height) / 2, ...frame }, { padding: 0.02 })
  }
  return (
    <div ref={box} className={`tl-paper ${classes.canvas}`} style={COLOURS} role="group" aria-label={t('map.label')}>
      <ReactFlow<ActivityNode | PortNode, MapLine>
        // Another drawing is fitted anew; another overlay of the same stays where it is.
        key={`${layout.size.width} ${layout.size.height} ${graph.activities.length}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesReconnectable={false}
        deleteKeyCode={null}
        onInit={(instance) => {
          flow.current = instance
          begin()
        }}
        minZoom={0.1}
        maxZoom={2}
        colorMode="light"
        ariaLabelConfig={{
          'node.a11yDescription.default': t('map.keys'),
          'node.a11yDescription.keyboardDisabled': t('map.keys'),
          'edge.a11yDescription.default': t('map.keys'),
          'controls.ariaLabel': t('map.controls'),
          'controls.zoomIn.ariaLabel': t('shared:diagram.in'),
          'controls.zoomOut.ariaLabel': t('shared:diagram.out'),
        }}
        onNodesChange={(changes) => {
          const chosen = changes.find((change) => change.type === 'select' && change.selected)
          if (chosen?.type === 'select' && chosen.id !== START && chosen.id !== END) onSelect({ node: chosen.id, edge: undefined })
        }}
        onEdgesChange={(changes) => {
          const chosen = changes.find((change) => change.type === 'select' && change.selected)
          if (chosen?.type === 'select' && chosen.id.startsWith('[')) onSelect({ node: undefined, edge: JSON.parse(chosen.id) as Arc })
        }}
        onPaneClick={() => onSelect({ node: undefined, edge: undefined })}
      >
        <Controls showInteractive={false} showFitView={false} position="top-right">
          <ControlButton title={t('shared:diagram.fit')} aria-label={t('shared:diagram.fit')} onClick={fit}>
            <Icon name="fit" size={14} />
          </ControlButton>
        </Controls>
      </ReactFlow>
    </div>
  )
}

/** Where a drawing too wide for its frame begins: its start in the middle, but no empty ground beside it. */
function beginAt(start: number, width: number, frame: number): number {
  return Math.min(12, Math.max(frame - 12 - width * READABLE, frame / 2 - start * READABLE))
}

function graphOf(map: ProcessMap): MapGraph {
  const most = mostOf(map, 'frequency').edges
  return {
    activities: map.nodes.map((node) => node.activity),
    connections: [
      ...shownPorts(map.starts, map).map(({ activity, cases }) => ({ id: `${START} ${activity}`, source: START, target: activity, weight: level(cases, most) })),
      ...map.edges.map(({ source, target, events }) => ({ id: edgeId([source, target]), source, target, weight: level(events, most) })),
      ...shownPorts(map.ends, map).map(({ activity }) => ({ id: `${END} ${activity}`, source: activity, target: END, weight: 0 })),
    ],
  }
}

function useAmountText(overlay: Overlay): (amount: number | null) => string {
  const language = useLanguage()
  return (amount) => (amount === null ? '–' : overlay === 'frequency' ? formatNumber(amount, language) : formatDuration(amount, language) || '0')
}

function useNodes(map: ProcessMap, overlay: Overlay, layout: MapLayout | null, selected: string | null): (ActivityNode | PortNode)[] {
  const { t } = useTranslation('mining')
  const text = useAmountText(overlay)
  if (layout === null) return []
  const most = mostOf(map, overlay).nodes
  const ports = [START, END].map(
    (id): PortNode => ({
      id, type: 'port', position: layout.places[id] ?? { x: 0, y: 0 }, data: { label: t(`map.${id}`) }, selectable: false, focusable: false, ariaLabel: t(`map.${id}`),
    }),
  )
  const activities = map.nodes.map((node): ActivityNode => {
    const amount = nodeAmount(node, overlay)
    return {
      id: node.activity,
      type: 'activity',
      position: layout.places[node.activity] ?? { x: 0, y: 0 },
      selected: node.activity === selected,
      ariaLabel: t('map.nodeLabel', { activity: node.activity, amount: text(amount) }),
      data: { name: node.activity, amount: text(amount), ...groundOf(level(amount ?? 0, most)) },
    }
  })
  return [...ports, ...activities]
}

function useEdges(map: ProcessMap, overlay: Overlay, layout: MapLayout | null, selected: Arc | null): MapLine[] {
  const { t } = useTranslation('mining')
  const text = useAmountText(overlay)
  const language = useLanguage()
  if (layout === null) return []
  const most = mostOf(map, overlay).edges
  const mostEvents = mostOf(map, 'frequency').edges
  const chosen = selected === null ? null : edgeId(selected)
  const port = (id: string, source: string, target: string, cases: number): MapLine => ({
    id, source, target, type: 'map', className: 'port', selectable: false, focusable: false,
    data: { points: layout.bends[id] ?? [], text: overlay === 'frequency' ? formatNumber(cases, language) : '', stroke: paper.text, width: 1 },
  })
  return [
    ...shownPorts(map.starts, map).map(({ activity, cases }) => port(`${START} ${activity}`, START, activity, cases)),
    ...shownPorts(map.ends, map).map(({ activity, cases }) => port(`${END} ${activity}`, activity, END, cases)),
    ...map.edges.map((edge): MapLine => {
      const id = edgeId([edge.source, edge.target])
      const amount = edgeAmount(edge, overlay)
      return {
        id,
        type: 'map',
        source: edge.source,
        target: edge.target,
        selected: id === chosen,
        ariaLabel: t('map.edgeLabel', { source: edge.source, target: edge.target, amount: text(amount) }),
        data: {
          points: layout.bends[id] ?? [],
          text: text(amount),
          stroke: strokeOf(level(amount ?? 0, most)),
          width: widthOf(level(edge.events, mostEvents)),
        },
      }
    }),
  ]
}

const Activity = memo(function Activity({ data }: NodeProps<ActivityNode>) {
  return (
    <div className={classes.node} style={{ ...NODE_SIZE, background: data.background, color: data.color }} title={data.name}>
      <Handle type="target" position={Position.Top} className={classes.handle} isConnectable={false} />
      <span className={classes.nodeName}>{data.name}</span>
      <span className={classes.nodeAmount}>{data.amount}</span>
      <Handle type="source" position={Position.Bottom} className={classes.handle} isConnectable={false} />
    </div>
  )
})

const Port = memo(function Port({ id, data }: NodeProps<PortNode>) {
  return (
    <div className={classes.port} data-port={id} title={data.label}>
      <Handle type="target" position={Position.Top} className={classes.handle} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} className={classes.handle} isConnectable={false} />
    </div>
  )
})

function Line({ id, data, selected }: EdgeProps<MapLine>) {
  const [isOver, setOver] = useState(false)
  useEffect(() => () => setOver(false), [])
  if (data === undefined) return null
  const middle = middleOf(data.points)
  const isPort = !id.startsWith('[')
  const stroke = selected || isOver ? 'var(--tl-map-selected)' : data.stroke
  return (
    <g onMouseEnter={() => setOver(true)} onMouseLeave={() => setOver(false)}>
      <Arrow points={data.points} colour={stroke} size={5 + data.width} />
      <BaseEdge
        path={smoothPath(data.points)}
        interactionWidth={16}
        style={{ stroke, strokeWidth: selected ? data.width + 1.5 : data.width, strokeDasharray: isPort ? '3 3' : undefined, fill: 'none' }}
      />
      {data.text !== '' && (
        <EdgeLabelRenderer>
          <span className={classes.edgeText} data-selected={selected || undefined} style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}>
            {data.text}
          </span>
        </EdgeLabelRenderer>
      )}
    </g>
  )
}

/** The head of a connection, in its own colour: SVG markers cannot take it from the line everywhere. */
function Arrow({ points, colour, size }: { points: Point[]; colour: string; size: number }) {
  const tip = points.at(-1)
  const before = points.at(-2)
  if (tip === undefined || before === undefined) return null
  const angle = (Math.atan2(tip.y - before.y, tip.x - before.x) * 180) / Math.PI
  return <path d={`M0,0 L${-size},${-size / 2} L${-size},${size / 2} Z`} transform={`translate(${tip.x},${tip.y}) rotate(${angle})`} fill={colour} />
}

/** The ground is paper in both schemes, so these are the light colours. */
const COLOURS = { '--tl-map-selected': diverging[6], '--tl-map-focus': surfaces.light.focus } as CSSProperties

const NODE_TYPES = { activity: Activity, port: Port }
const EDGE_TYPES = { map: Line }
