/** dmn-js as an editor, behind the few calls that this product uses. */

import '@/shared/dmn/dmnStyles'

import Modeler from 'dmn-js/lib/Modeler'

import { keepAnnotations, showAnnotations, type Create, type Moddle } from '@/shared/dmn/moddle'
import { ruleStyles, type RuleMark } from '@/shared/dmn/ruleMarks'
import { translateModule } from '@/shared/editors/translate'

import type { TestCase } from '../tests/edits'
import { declareInput, decisionOf, inputNamesOf, readTestCases, tableIdsOf, writeTestCases, type TableIds } from './decisionModel'
import taktloomDescriptor from './taktloomDmn.json'

export interface DecisionView {
  id: string
  name: string
  type: string
}

export interface DecisionEditor {
  importXml: (xml: string) => Promise<void>
  saveXml: () => Promise<string>
  views: () => DecisionView[]
  open: (viewId: string) => Promise<void>
  /** Show this text instead, with the same decision open; it counts as a change. What could be undone no longer can. */
  replaceXml: (xml: string) => Promise<void>
  markRules: (marks: RuleMark[]) => void
  testCases: (decisionId: string) => TestCase[]
  setTestCases: (decisionId: string, cases: readonly TestCase[]) => void
  /** Makes a name that a table reads an input data that its decision requires. */
  declareInput: (decisionId: string, name: string) => void
  /** Ids behind the numbers that a check speaks of. */
  tableIds: (decisionId: string) => TableIds | null
  inputNames: (decisionId: string) => string[]
  /** Adds a rule to the table that is open, with these input cells; it can be undone in the table. */
  addRule: (cells: readonly string[]) => void
  onChanged: (heard: () => void) => void
  onViews: (heard: (active: string | null) => void) => void
  destroy: () => void
}

interface View {
  type: string
  element: { id: string; name?: string }
}

interface Services {
  eventBus: { on: (event: string, heard: () => void) => void; off: (event: string, heard: () => void) => void }
  modeling: { addRow: (attributes: { type: string }) => void; editCell: (cell: unknown, text: string) => void }
  sheet: { getRoot: () => { rows: { cells: { businessObject: unknown }[] }[] } }
}

interface InnerViewer {
  get: <Name extends keyof Services>(name: Name) => Services[Name]
}

export function makeDecisionModeler(container: HTMLElement, language: string): DecisionEditor {
  const additionalModules = [translateModule(language)]
  const modeler = new Modeler({
    container,
    drd: { additionalModules },
    decisionTable: { additionalModules },
    literalExpression: { additionalModules },
    boxedExpression: { additionalModules },
    moddleExtensions: { taktloom: taktloomDescriptor },
  })
  const definitions = () => modeler.getDefinitions() as Moddle
  const create: Create = (type, properties) => (modeler._moddle as { create: Create }).create(type, properties)
  let changed: () => void = () => undefined
  const heardOf = new WeakSet<object>()
  // A style sheet and not classes: dmn-js draws its rows again whenever it likes.
  const marksOfRules = document.createElement('style')
  container.append(marksOfRules)

  // Each view has a viewer with an event bus of its own, made when it is first opened.
  function listen(): void {
    const viewer = modeler.getActiveViewer() as InnerViewer | null | undefined
    if (viewer === undefined || viewer === null || heardOf.has(viewer)) return
    heardOf.add(viewer)
    viewer.get('eventBus').on('elements.changed', () => changed())
    viewer.get('eventBus').on('commandStack.changed', () => changed())
  }

  modeler.on('import.parse.complete', ({ definitions: read }: { definitions?: Moddle }) => {
    if (read !== undefined) showAnnotations(read)
  })

  async function show(xml: string, viewId?: string): Promise<void> {
    await modeler.importXML(xml)
    const views = modeler.getViews() as View[]
    const view = views.find(({ element }) => element.id === viewId) ?? views.find(({ type }) => type === 'decisionTable')
    if (view !== undefined) await modeler.open(view)
    listen()
  }

  return {
    importXml: (xml) => show(xml),
    async replaceXml(xml) {
      await show(xml, (modeler.getActiveView() as View | undefined)?.element.id)
      changed()
    },
    markRules: (marks) => {
      marksOfRules.textContent = ruleStyles(marks)
    },
    testCases: (decisionId) => readTestCases(decisionOf(definitions(), decisionId)),
    setTestCases(decisionId, cases) {
      const decision = decisionOf(definitions(), decisionId)
      if (decision === undefined) return
      writeTestCases(decision, cases, create)
      changed()
    },
    declareInput(decisionId, name) {
      const decision = decisionOf(definitions(), decisionId)
      if (decision === undefined) return
      declareInput(definitions(), decision, name, create)
      changed()
    },
    tableIds: (decisionId) => tableIdsOf(decisionOf(definitions(), decisionId)),
    inputNames: (decisionId) => inputNamesOf(definitions(), decisionOf(definitions(), decisionId)),
    addRule(cells) {
      const viewer = modeler.getActiveViewer() as InnerViewer | null
      if (viewer === null) return
      const modeling = viewer.get('modeling')
      modeling.addRow({ type: 'dmn:DecisionRule' })
      const row = viewer.get('sheet').getRoot().rows.at(-1)
      cells.forEach((text, index) => modeling.editCell(row?.cells[index]?.businessObject, text === '-' ? '' : text))
    },
    async saveXml() {
      keepAnnotations(definitions())
      const { xml } = await modeler.saveXML({ format: true })
      return xml
    },
    views: () => (modeler.getViews() as View[]).map(({ type, element }) => ({ id: element.id, name: element.name ?? element.id, type })),
    async open(viewId) {
      const view = (modeler.getViews() as View[]).find(({ element }) => element.id === viewId)
      if (view !== undefined) await modeler.open(view)
    },
    onChanged: (heard) => {
      changed = heard
    },
    onViews: (heard) =>
      modeler.on('views.changed', (event: { activeView?: View }) => {
        listen()
        heard(event.activeView?.element.id ?? null)
      }),
    destroy: () => modeler.destroy(),
  }
}
