import { expect, test } from 'vitest'

import { commandOf, fileAddress, givenOnly, missingOf, resultAddress, shownValue, type AnalysisRun } from './analyses'
import type { Analysis, Parameter } from './api/analyses'

function parameter(name: string, more: Partial<Parameter>): Parameter {
  return { name, help: '', default: null, least: null, most: null, kind: 'text', is_required: false, choices: [], is_document: false, ...more }
}

const ANALYSIS: Analysis = {
  name: 'check-rules', summary: '',
  parameters: [
    parameter('noise', { kind: 'number', default: 0.2 }),
    parameter('failure', { kind: 'text', default: '' }),
    parameter('rule', { kind: 'list' }),
    parameter('is_strict', { kind: 'boolean', default: true }),
    parameter('rules', { kind: 'document', is_required: true }),
  ],
}
const RUN: AnalysisRun = { logId: 'my log', name: 'check-rules', query: {}, parameters: {}, documents: {} }

test('what is left at its default is neither in the address nor in the command', () => {
  expect(givenOnly(ANALYSIS, { noise: 0.2, failure: '', rule: [], is_strict: true, other: 'x' })).toEqual({})
  expect(givenOnly(ANALYSIS, { noise: 0, failure: 'A', rule: ['r1'], is_strict: false })).toEqual({ noise: 0, failure: 'A', rule: ['r1'], is_strict: false })
})

test('the command says the same as the form, quoted for a shell', () => {
  const run = { ...RUN, parameters: { noise: 0, failure: "it's over", rule: ['a b', 'c'], is_strict: false }, documents: { rules: '{}' }, query: { filter: '{"steps":[]}' } }

  expect(commandOf(ANALYSIS, run)).toBe(
    String.raw`taktloom mine check-rules 'my log' --noise 0 --failure 'it'\''s over' --rule 'a b' --rule c --no-is-strict --rules rules.json --filter '{"steps":[]}'`,
  )
})

test('the addresses of the result and of its files carry filter and parameters', () => {
  const run = { ...RUN, parameters: { noise: 0.5, rule: ['a', 'b'] }, query: { filter: '{}' } }

  expect(resultAddress(run)).toBe('/api/v1/logs/my%20log/analyses/check-rules?filter=%7B%7D&noise=0.5&rule=a&rule=b')
  expect(fileAddress(run, 'plot.svg')).toBe('/api/v1/logs/my%20log/analyses/check-rules/files/plot.svg?filter=%7B%7D&noise=0.5&rule=a&rule=b')
})

test('a required file is missing until it is given', () => {
  expect(missingOf(ANALYSIS, RUN)).toEqual(['rules'])
  expect(missingOf(ANALYSIS, { ...RUN, documents: { rules: '{}' } })).toEqual([])
})

test('the form shows what was given, else the default', () => {
  const [noise, , rule] = ANALYSIS.parameters
  expect(shownValue(noise as Parameter, {}, 'en')).toBe(0.2)
  expect(shownValue(noise as Parameter, { noise: 0 }, 'en')).toBe(0)
  expect(shownValue(rule as Parameter, {}, 'en')).toEqual([])
})

test('drawings speak the language of the reader where they can', () => {
  const language = { ...ANALYSIS.parameters[0], name: 'language', kind: 'text', default: 'en', choices: ['en', 'zh-CN'] } as Parameter
  expect(shownValue(language, {}, 'zh-CN')).toBe('zh-CN')
  expect(shownValue(language, { language: 'en' }, 'zh-CN')).toBe('en')
  expect(shownValue(language, {}, 'nl')).toBe('en')
})
