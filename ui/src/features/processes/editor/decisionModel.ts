/**
 * The model behind dmn-js, as far as it is changed past its views: test cases, declared inputs, annotations.
 *
 * Test cases are an extension element of their decision (`urn:taktloom:dmn:1`), so they travel with the file.
 */
import { listOf as list, type Create, type Moddle } from '@/shared/dmn/moddle'

import type { TestCase } from '../tests/edits'

export function decisionOf(definitions: Moddle, decisionId: string): Moddle | undefined {
  return list(definitions, 'drgElement').find(({ id }) => id === decisionId)
}

/** Ids of a decision's table: rules in order, columns with inputs first. Null for a decision without a table. */
export interface TableIds {
  tableId: string | null
  ruleIds: string[]
  columnIds: string[]
}

export function tableIdsOf(decision: Moddle | undefined): TableIds | null {
  const table = decision?.decisionLogic as Moddle | undefined
  if (table?.$type !== 'dmn:DecisionTable') return null
  const ids = (property: string): string[] => list(table, property).map(({ id }) => id ?? '')
  return { tableId: table.id ?? null, ruleIds: ids('rule'), columnIds: [...ids('input'), ...ids('output')] }
}

/** The names of the input data that the decision itself requires. */
export function inputNamesOf(definitions: Moddle, decision: Moddle | undefined): string[] {
  const required = list(decision, 'informationRequirement').map(({ requiredInput }) => (requiredInput as Moddle | undefined)?.href)
  return list(definitions, 'drgElement')
    .filter(({ $type, id }) => $type === 'dmn:InputData' && required.includes(`#${id ?? ''}`))
    .map(({ name }) => name ?? '')
}

export function readTestCases(decision: Moddle | undefined): TestCase[] {
  const extension = decision?.extensionElements as Moddle | undefined
  const groups = list(extension, 'values').filter(({ $type }) => $type === 'taktloom:TestCases')
  return groups.flatMap((group) => list(group, 'cases')).map((each, index) => ({
    id: each.id ?? `case_${index + 1}`,
    name: each.name ?? '',
    inputs: textsOf(list(each, 'inputs')),
    expected: textsOf(list(each, 'expected')),
  }))
}

function textsOf(cells: Moddle[]): Record<string, string> {
  return Object.fromEntries(cells.map(({ name = '', text }) => [name, typeof text === 'string' ? text : '']).filter(([, text]) => text !== ''))
}

export function writeTestCases(decision: Moddle, cases: readonly TestCase[], create: Create): void {
  const before = decision.extensionElements as Moddle | undefined
  const others = list(before, 'values').filter(({ $type }) => $type !== 'taktloom:TestCases')
  const values = cases.length === 0 ? others : [...others, testCases(cases, create)]
  if (values.length === 0) {
    delete decision.extensionElements
    return
  }
  decision.extensionElements = adopted(decision, create('dmn:ExtensionElements', { values }))
}

function testCases(cases: readonly TestCase[], create: Create): Moddle {
  const cells = (type: string, texts: Record<string, string>): Moddle[] =>
    Object.entries(texts).map(([name, text]) => create(type, name === '' ? { text } : { name, text }))
  return create('taktloom:TestCases', {
    cases: cases.map(({ id, name, inputs, expected }) =>
      create('taktloom:TestCase', {
        id,
        ...(name === '' ? {} : { name }),
        inputs: cells('taktloom:Input', inputs),
        expected: cells('taktloom:Expected', expected),
      }),
    ),
  })
}

function adopted(parent: Moddle, child: Moddle): Moddle {
  child.$parent = parent
  return child
}

const SHAPE = { width: 125, height: 45, gap: 60 }

/** Adds an input data called *name* that the decision requires, with the type of the column that reads it. */
export function declareInput(definitions: Moddle, decision: Moddle, name: string, create: Create): void {
  const id = freeId(definitions, `Input_${name.replace(/\W+/g, '_')}`)
  const clause = list(decision.decisionLogic as Moddle | undefined, 'input')
    .map(({ inputExpression }) => inputExpression as Moddle | undefined)
    .find((expression) => typeof expression?.text === 'string' && expression.text.trim() === name)
  const typeRef = clause?.typeRef
  const variable = create('dmn:InformationItem', {
    id: `${id}_variable`,
    name,
    ...(typeof typeRef === 'string' ? { typeRef } : {}),
  })
  const input = create('dmn:InputData', { id, name, variable })
  const reference = create('dmn:DMNElementReference', { href: `#${id}` })
  const requirement = create('dmn:InformationRequirement', { id: `${id}_requirement`, requiredInput: reference })
  adopted(input, variable)
  adopted(requirement, reference)
  definitions.drgElement = [...list(definitions, 'drgElement'), adopted(definitions, input)]
  decision.informationRequirement = [...list(decision, 'informationRequirement'), adopted(decision, requirement)]
  draw(definitions, { decision, input, requirement }, create)
}

function freeId(definitions: Moddle, stem: string): string {
  const used = new Set(list(definitions, 'drgElement').map(({ id }) => id))
  let id = stem
  for (let number = 2; used.has(id); number += 1) id = `${stem}_${number}`
  return id
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** A shape below the decision and the line to it, where the file has a diagram. */
function draw(definitions: Moddle, made: { decision: Moddle; input: Moddle; requirement: Moddle }, create: Create): void {
  const [diagram] = list(definitions.dmnDI as Moddle | undefined, 'diagrams')
  const elements = list(diagram, 'diagramElements')
  const above = elements.find(({ dmnElementRef }) => dmnElementRef === made.decision)?.bounds as (Moddle & Box) | undefined
  if (diagram === undefined || above === undefined) return
  const beside = list(made.decision, 'informationRequirement').length - 1
  const bounds = { x: above.x + beside * (SHAPE.width + SHAPE.gap / 2), y: above.y + above.height + SHAPE.gap, width: SHAPE.width, height: SHAPE.height }
  const shape = create('dmndi:DMNShape', { id: `${made.input.id ?? ''}_shape`, dmnElementRef: made.input, bounds: create('dc:Bounds', bounds) })
  const waypoint = [
    create('dc:Point', { x: bounds.x + bounds.width / 2, y: bounds.y }),
    create('dc:Point', { x: above.x + above.width / 2, y: above.y + above.height }),
  ]
  const edge = create('dmndi:DMNEdge', { id: `${made.input.id ?? ''}_edge`, dmnElementRef: made.requirement, waypoint })
  for (const each of [shape, edge]) adopted(diagram, each)
  diagram.diagramElements = [...elements, shape, edge]
}
