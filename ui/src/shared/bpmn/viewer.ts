/** bpmn-js behind the few calls that this product uses; imported only when a diagram is shown. */
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import './diagram.css'

import OutlineModule from 'bpmn-js/lib/features/outline'
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'

import type { ViewCanvas } from './view'

export interface BusinessObject {
  id: string
  name?: string
  $type: string
  $instanceOf: (type: string) => boolean
}

export interface CanvasElement {
  id: string
  type: string
  businessObject: BusinessObject
  parent?: CanvasElement
  incoming: CanvasElement[]
  outgoing: CanvasElement[]
  source?: CanvasElement
  target?: CanvasElement
  x: number
  y: number
  labelTarget?: CanvasElement
}

export interface BpmnCanvas extends ViewCanvas {
  addMarker: (id: string, name: string) => void
  removeMarker: (id: string, name: string) => void
  scrollToElement: (id: string, padding?: number) => void
  resized: () => void
}

export interface DiagramViewer {
  /** Opens the page that shows the process, alone or as a pool; the file's first one where none does. */
  importXML: (xml: string, processId: string | null) => Promise<void>
  get: <Service>(name: string) => Service
  on: <Event>(name: string, heard: (event: Event) => void) => void
  destroy: () => void
  hasElement: (id: string) => boolean
  elements: () => CanvasElement[]
  /** Selects one element, or none; unknown ids select none. */
  select: (id: string | null) => void
}

interface Plane {
  id: string
  participants?: { processRef?: { id: string } }[]
}

interface Page {
  plane?: { bpmnElement?: Plane }
}

function pageOf(pages: readonly Page[], processId: string | null): Page | undefined {
  const shows = (page: Page, test: (plane: Plane) => boolean) => page.plane?.bpmnElement !== undefined && test(page.plane.bpmnElement)
  return (
    pages.find((page) => shows(page, (plane) => plane.id === processId)) ??
    pages.find((page) => shows(page, (plane) => plane.participants?.some(({ processRef }) => processRef?.id === processId) ?? false))
  )
}

/** Shapes as ink on paper, in both colour schemes. */
const RENDERER = { defaultFillColor: '#ffffff', defaultStrokeColor: '#1c2024', defaultLabelColor: '#1c2024' }

export function makeViewer(container: HTMLElement): DiagramViewer {
  const viewer = new NavigatedViewer({ container, additionalModules: [OutlineModule], bpmnRenderer: RENDERER })
  const registry = () => viewer.get('elementRegistry') as { get: (id: string) => unknown; getAll: () => CanvasElement[] }
  return {
    importXML: async (xml, processId) => {
      await viewer.importXML(xml)
      const pages = (viewer.getDefinitions() as { diagrams?: Page[] }).diagrams ?? []
      const wanted = pages.length > 1 ? pageOf(pages, processId) : undefined
      if (wanted !== undefined) await viewer.open(wanted)
    },
    get: <Service>(name: string) => viewer.get(name) as Service,
    on: (name, heard) => viewer.on(name, heard),
    destroy: () => viewer.destroy(),
    hasElement: (id) => registry().get(id) !== undefined,
    elements: () => registry().getAll(),
    select: (id) => {
      const element = id === null ? undefined : registry().get(id)
      ;(viewer.get('selection') as { select: (element: unknown) => void }).select(element ?? null)
    },
  }
}
