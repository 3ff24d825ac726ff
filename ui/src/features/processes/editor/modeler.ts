/** bpmn-js as an editor with its properties panel (zeebe: dialect), behind the few calls that this product uses. */
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css'
import '@bpmn-io/properties-panel/assets/properties-panel.css'

import Modeler from 'bpmn-js/lib/Modeler'
import {
  BpmnPropertiesPanelModule,
  BpmnPropertiesProviderModule,
  ZeebePropertiesProviderModule,
} from 'bpmn-js-properties-panel'
import ZeebeBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-cloud'
import zeebeDescriptor from 'zeebe-bpmn-moddle/resources/zeebe.json'

import '@/shared/bpmn/diagram.css'
import { fit, showFromStart, type ViewCanvas } from '@/shared/bpmn/view'
import { wayMarks, type Drawn, type Way } from '@/shared/bpmn/way'
import { translateModule } from '@/shared/editors/translate'

import { RunnableOnlyModule } from './runnableOnly'
import taktloomDescriptor from './taktloom.json'
import { TranslatedGroupsModule } from './translatedGroups'

export interface ModelEditor {
  importXml: (xml: string) => Promise<void>
  saveXml: () => Promise<string>
  onChanged: (heard: () => void) => void
  onSelected: (heard: (elementId: string | null) => void) => void
  select: (elementId: string) => void
  /** Show the way of a finding, in place of the one before; null: none. */
  showWay: (way: Way | null) => void
  undo: () => void
  redo: () => void
  fit: () => void
  destroy: () => void
}

interface Element {
  id: string
  parent?: Element
}

interface Markers {
  scrollToElement: (id: string) => void
  addMarker: (id: string, name: string) => void
  removeMarker: (id: string, name: string) => void
}

interface Registry {
  get: (id: string) => Element | undefined
  getAll: () => Drawn[]
}

/** Shapes as ink on paper, in both colour schemes. */
const RENDERER = { defaultFillColor: '#ffffff', defaultStrokeColor: '#1c2024', defaultLabelColor: '#1c2024' }
/** Width of the palette: a model must not begin underneath it. */
const PALETTE_PX = 80

export function makeModeler(container: HTMLElement, panel: HTMLElement, language: string): ModelEditor {
  const modeler = new Modeler({
    container,
    bpmnRenderer: RENDERER,
    propertiesPanel: { parent: panel },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      ZeebePropertiesProviderModule,
      ZeebeBehaviors,
      RunnableOnlyModule,
      TranslatedGroupsModule,
      translateModule(language),
    ],
    moddleExtensions: { zeebe: zeebeDescriptor, taktloom: taktloomDescriptor },
  })
  const canvas = () => modeler.get<ViewCanvas & Markers>('canvas')
  const registry = () => modeler.get<Registry>('elementRegistry')
  let marked: [string, string][] = []
  const stack = () => modeler.get<{ undo: () => void; redo: () => void; canUndo: () => boolean; canRedo: () => boolean }>('commandStack')

  return {
    async importXml(xml) {
      await modeler.importXML(xml)
      showFromStart(canvas(), PALETTE_PX)
    },
    async saveXml() {
      const { xml } = await modeler.saveXML({ format: true })
      if (xml === undefined) throw new Error('the editor holds no model')
      return xml
    },
    onChanged: (heard) => modeler.on('commandStack.changed', heard),
    onSelected: (heard) =>
      modeler.on('selection.changed', (event: { newSelection: Element[] }) => heard(event.newSelection[0]?.id ?? null)),
    select(elementId) {
      const element = registry().get(elementId)
      if (element?.parent === undefined) return
      modeler.get<{ select: (element: Element) => void }>('selection').select(element)
      canvas().scrollToElement(elementId)
    },
    showWay(way) {
      for (const [id, name] of marked) if (registry().get(id) !== undefined) canvas().removeMarker(id, name)
      marked = way === null ? [] : wayMarks(registry().getAll(), way)
      for (const [id, name] of marked) canvas().addMarker(id, name)
    },
    undo: () => stack().canUndo() && stack().undo(),
    redo: () => stack().canRedo() && stack().redo(),
    fit: () => fit(canvas(), PALETTE_PX),
    destroy: () => modeler.destroy(),
  }
}
