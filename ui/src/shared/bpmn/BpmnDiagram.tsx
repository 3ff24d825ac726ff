/**
 * A BPMN diagram to look at: bpmn-js on light paper, loaded when first seen, with an outline tree beside it that a
 * keyboard and a screen reader can walk (the canvas itself cannot be walked). The bpmn.io mark stays visible.
 *
 * `marks` puts a state on elements (CSS class `tl-mark-<state>`), `counts` small figures at their corners.
 */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { State } from '@/shared/theme/theme'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import classes from './BpmnDiagram.module.css'
import { outlineOf, type OutlineItem } from './outline'
import { Outline } from './Outline'
import { fit, showFromStart } from './view'
import { wayMarks, type Way } from './way'
import type { BpmnCanvas, CanvasElement, DiagramViewer } from './viewer'

export interface DiagramCount {
  elementId: string
  text: string
  state: State
  /** Read out and shown on hover. */
  label: string
}

/** Of an element of one version, looked at from the other one. */
export type Difference = 'gone' | 'added' | 'changed'

interface BpmnDiagramProps {
  xml: string
  label: string
  marks?: Record<string, State>
  counts?: DiagramCount[]
  /** The way of a finding that is to be seen. */
  way?: Way | null
  /** How the elements differ from another version. */
  differences?: Record<string, Difference>
  selectedId?: string | null
  onSelect?: (elementId: string | null) => void
  /** Of a file with several processes the one to show. */
  processId?: string | null
  height?: number | string
}

/** Room in pixels around an element that is brought into view. */
const AIR = 24
const NO_MARKS: Record<string, State> = {}
const NO_COUNTS: DiagramCount[] = []
const NO_DIFFERENCES: Record<string, Difference> = {}

export function BpmnDiagram(props: BpmnDiagramProps) {
  const { xml, label, marks = NO_MARKS, counts = NO_COUNTS, differences = NO_DIFFERENCES } = props
  const { way = null, selectedId = null, onSelect, height = 420, processId = null } = props
  const { t } = useTranslation('shared')
  const frame = useRef<HTMLDivElement>(null)
  const [viewer, setViewer] = useState<DiagramViewer | null>(null)
  const [items, setItems] = useState<OutlineItem[]>([])
  const [error, setError] = useState<unknown>(null)
  const [outline, setOutline] = useLocalStorage<'shown' | 'hidden'>({ key: 'taktloom.outline', defaultValue: 'hidden' })
  const select = useRef(onSelect)
  useEffect(() => {
    select.current = onSelect
  })

  useEffect(() => {
    const container = frame.current
    let isGone = false
    let made: DiagramViewer | undefined
    async function show(): Promise<void> {
      const { makeViewer } = await import('./viewer')
      if (isGone || container === null) return
      made = makeViewer(container)
      made.on('element.click', (event: { element: CanvasElement }) =>
        select.current?.(event.element.parent === undefined ? null : event.element.id),
      )
      await made.importXML(xml, processId)
      if (isGone) return
      showFromStart(made.get<BpmnCanvas>('canvas'))
      setItems(outlineOf(made))
      setError(null)
      setViewer(made)
    }
    show().catch((reason: unknown) => {
      if (!isGone) setError(reason)
    })
    return () => {
      isGone = true
      made?.destroy()
      setViewer(null)
    }
  }, [xml, processId])

  // The outline takes room from the paper.
  useEffect(() => {
    if (viewer === null) return
    const canvas = viewer.get<BpmnCanvas>('canvas')
    canvas.resized()
    showFromStart(canvas)
  }, [viewer, outline])

  useMarkers(viewer, marks, 'tl-mark')
  useMarkers(viewer, differences, 'tl-difference')
  useWay(viewer, way)
  useEffect(() => {
    viewer?.select(selectedId)
    if (selectedId !== null && viewer?.hasElement(selectedId) === true) viewer.get<BpmnCanvas>('canvas').scrollToElement(selectedId, AIR)
  }, [viewer, selectedId])
  useCounts(viewer, counts)
  // Where there is no room for the whole, what happens now is seen, not the beginning.
  const here = selectedId === null ? placeOf(marks) : null
  useEffect(() => {
    if (here !== null && viewer?.hasElement(here) === true) viewer.get<BpmnCanvas>('canvas').scrollToElement(here, AIR)
  }, [viewer, here, outline])

  function zoom(step: 'in' | 'out' | 'fit'): void {
    if (viewer === null) return
    if (step === 'fit') fit(viewer.get<BpmnCanvas>('canvas'))
    else viewer.get<{ stepZoom: (steps: number) => void }>('zoomScroll').stepZoom(step === 'in' ? 1 : -1)
  }

  if (error !== null) return <Problem error={error} />
  return (
    <div className={classes.diagram} style={{ height }}>
      <div className={classes.stage}>
        <div ref={frame} className={`tl-paper ${classes.canvas}`} role="group" aria-label={label} />
        <div className={classes.tools}>
          {(['in', 'out', 'fit'] as const).map((step) => (
            <Tooltip key={step} label={t(`diagram.${step}`)}>
              <ActionIcon variant="default" aria-label={t(`diagram.${step}`)} onClick={() => zoom(step)}>
                <Icon name={step === 'in' ? 'plus' : step === 'out' ? 'minus' : 'fit'} />
              </ActionIcon>
            </Tooltip>
          ))}
          <Tooltip label={t('diagram.outline')}>
            <ActionIcon
              variant={outline === 'shown' ? 'light' : 'default'}
              color="accent"
              aria-label={t('diagram.outline')}
              aria-pressed={outline === 'shown'}
              onClick={() => setOutline(outline === 'shown' ? 'hidden' : 'shown')}
            >
              <Icon name="list" />
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
      {outline === 'shown' && (
        <Outline items={items} marks={marks} counts={counts} differences={differences} selectedId={selectedId} onSelect={(id) => onSelect?.(id)} />
      )}
    </div>
  )
}

function placeOf(marks: Record<string, State>): string | null {
  const at = (state: State): string | undefined => Object.entries(marks).find(([, mark]) => mark === state)?.[0]
  return at('incident') ?? at('running') ?? null
}

function useMarkers(viewer: DiagramViewer | null, marks: Record<string, string>, family: string): void {
  useEffect(() => {
    if (viewer === null) return
    const canvas = viewer.get<BpmnCanvas>('canvas')
    const put = Object.entries(marks).map(([id, state]): [string, string] => [id, `${family}-${state}`])
    const known = put.filter(([id]) => viewer.hasElement(id))
    for (const [id, name] of known) canvas.addMarker(id, name)
    return () => {
      for (const [id, name] of known) if (viewer.hasElement(id)) canvas.removeMarker(id, name)
    }
  }, [viewer, marks, family])
}

function useWay(viewer: DiagramViewer | null, way: Way | null): void {
  useEffect(() => {
    if (viewer === null || way === null) return
    const canvas = viewer.get<BpmnCanvas>('canvas')
    const put = wayMarks(viewer.elements(), way)
    for (const [id, name] of put) canvas.addMarker(id, name)
    return () => {
      for (const [id, name] of put) if (viewer.hasElement(id)) canvas.removeMarker(id, name)
    }
  }, [viewer, way])
}

function useCounts(viewer: DiagramViewer | null, counts: DiagramCount[]): void {
  useEffect(() => {
    if (viewer === null) return
    const overlays = viewer.get<{ add: (id: string, overlay: object) => string; remove: (filter: object) => void }>('overlays')
    for (const count of counts) {
      if (!viewer.hasElement(count.elementId)) continue
      const html = document.createElement('span')
      html.className = `tl-count tl-count-${count.state}`
      html.textContent = count.text
      html.title = count.label
      overlays.add(count.elementId, { position: { bottom: 10, left: -8 }, html })
    }
    return () => overlays.remove({})
  }, [viewer, counts])
}
