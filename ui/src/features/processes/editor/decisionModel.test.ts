import { DmnModdle } from 'dmn-moddle'
import { beforeEach, describe, expect, it } from 'vitest'

import { keepAnnotations, showAnnotations, type Create, type Moddle } from '@/shared/dmn/moddle'

import type { TestCase } from '../tests/edits'
import { declareInput, decisionOf, readTestCases, writeTestCases } from './decisionModel'
import { EMPTY_DMN } from './emptyModels'
import descriptor from './taktloomDmn.json'

const CASES: TestCase[] = [
  { id: 'case_1', name: 'big', inputs: { cost: '7000', 'zone of it': '"a < b"' }, expected: { '': '"high"' } },
  { id: 'case_2', name: '', inputs: {}, expected: { fee: '2', why: 'null' } },
]

interface Read {
  rootElement: Moddle
}

interface Files {
  create: Create
  fromXML: (xml: string, type: string) => Promise<Read>
  toXML: (element: Moddle, options: { format: boolean }) => Promise<{ xml: string }>
}

const moddle = new DmnModdle({ taktloom: descriptor }) as unknown as Files
const create: Create = (type, properties) => moddle.create(type, properties)

async function again(definitions: Moddle): Promise<{ xml: string; definitions: Moddle }> {
  const { xml } = await moddle.toXML(definitions, { format: true })
  return { xml, definitions: (await moddle.fromXML(xml, 'dmn:Definitions')).rootElement }
}

let definitions: Moddle
let decision: Moddle

beforeEach(async () => {
  definitions = (await moddle.fromXML(EMPTY_DMN, 'dmn:Definitions')).rootElement
  decision = decisionOf(definitions, 'Decision_1') as Moddle
})

describe('test cases in the file', () => {
  it('come back as they were written', async () => {
    writeTestCases(decision, CASES, create)

    const { xml, definitions: back } = await again(definitions)

    expect(xml).toContain('xmlns:taktloom="urn:taktloom:dmn:1"')
    expect(xml).toContain('<taktloom:expected name="fee">2</taktloom:expected>')
    expect(readTestCases(decisionOf(back, 'Decision_1'))).toEqual(CASES)
  })

  it('stand beside extensions of others, and the last one takes its element along', async () => {
    const other = create('taktloom:Input', { name: 'x' })
    decision.extensionElements = create('dmn:ExtensionElements', { values: [other] })
    writeTestCases(decision, CASES, create)
    writeTestCases(decision, [], create)
    expect((decision.extensionElements as Moddle).values).toEqual([other])

    decision.extensionElements = undefined
    writeTestCases(decision, CASES, create)
    writeTestCases(decision, [], create)
    expect((await again(definitions)).xml).not.toContain('extensionElements')
  })
})

describe('an input that the table reads', () => {
  it('becomes an input data with the type of its column, required by the decision and drawn below it', async () => {
    const table = decision.decisionLogic as Moddle
    const inputs = table.input as Moddle[]
    inputs.push(create('dmn:InputClause', { id: 'c', inputExpression: create('dmn:LiteralExpression', { text: 'total cost', typeRef: 'number' }) }))

    declareInput(definitions, decision, 'total cost', create)
    const { xml } = await again(definitions)

    expect(xml).toContain('<inputData id="Input_total_cost" name="total cost">')
    expect(xml).toContain('name="total cost" typeRef="number"')
    expect(xml).toContain('<requiredInput href="#Input_total_cost" />')
    expect(xml).toMatch(/<dmndi:DMNShape id="Input_total_cost_shape" dmnElementRef="Input_total_cost">/)
    expect(xml).toMatch(/<dmndi:DMNEdge id="Input_total_cost_edge" dmnElementRef="Input_total_cost_requirement">/)
  })
})

describe('annotations of rules', () => {
  it('of a file without descriptions are shown, and follow what is edited', async () => {
    const table = decision.decisionLogic as Moddle
    const entry = create('dmn:RuleAnnotation', { text: '240/240' })
    table.rule = [create('dmn:DecisionRule', { id: 'r1', annotationEntry: [entry] }), create('dmn:DecisionRule', { id: 'r2' })]

    showAnnotations(definitions)
    const [rule] = table.rule as Moddle[]
    expect(rule?.description).toBe('240/240')

    if (rule !== undefined) rule.description = 'checked by hand'
    keepAnnotations(definitions)
    expect((await again(definitions)).xml).toMatch(/<annotationEntry>\s*<text>checked by hand<\/text>/)
  })
})
