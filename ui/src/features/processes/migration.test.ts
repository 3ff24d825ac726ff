// @vitest-environment jsdom
import { expect, test } from 'vitest'

import type { ElementMatch } from './api/migration'
import { choicesFor, differencesOf, elementsOf, isWorthALook, withChoice } from './migration'

function match(source: string, target: string | null, how: ElementMatch['how'] = target === null ? null : 'id'): ElementMatch {
  return { source, target, element_type: 'userTask', name: source, how, reason: target === null ? 'It is gone in the target.' : '' }
}

const XML = `<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="urn:z">
  <b:process id="other"><b:userTask id="elsewhere"/></b:process>
  <b:process id="orders"><b:userTask id="check" name="Check it"><b:extensionElements><z:form id="f"/></b:extensionElements></b:userTask>
    <b:subProcess id="inner"><b:serviceTask id="pack"/></b:subProcess></b:process></b:definitions>`

test('the elements of a process are read with their kind, those of sub-processes too, those of other processes not', () => {
  expect(elementsOf(XML, 'orders')).toEqual([
    { id: 'check', name: 'Check it', type: 'userTask' },
    { id: 'inner', name: '', type: 'subProcess' },
    { id: 'pack', name: '', type: 'serviceTask' },
  ])
  expect(elementsOf('no xml', 'orders')).toEqual([])
})

test('an element may become what is of its kind; what is chosen is shown even where it is not', () => {
  expect(choicesFor(match('Old', null), elementsOf(XML, 'orders'), null).map(({ id }) => id)).toEqual(['check'])
  expect(choicesFor(match('Old', null), elementsOf(XML, 'orders'), 'pack').map(({ id }) => id)).toEqual(['check', 'pack'])
})

test('a choice is kept, one that is the proposal anyway is none', () => {
  const proposals = [match('a', 'a'), match('b', null)]

  expect(withChoice({}, proposals, 'b', 'x')).toEqual({ b: 'x' })
  expect(withChoice({ b: 'x' }, proposals, 'b', null)).toEqual({})
  expect(withChoice({ b: 'x' }, proposals, 'a', null)).toEqual({ b: 'x', a: null })
})

test('what is gone is marked in the source, what is new in the target, what is changed in both', () => {
  const plan = { matches: [match('a', 'a'), match('b', null), match('c', 'd', 'name')], added: ['x'], changed: ['c'] }

  expect(differencesOf(plan)).toEqual({ source: { b: 'gone', c: 'changed' }, target: { x: 'added', d: 'changed' } })
})

test('what has kept id and content needs no look', () => {
  expect(isWorthALook(match('a', 'a'), [])).toBe(false)
  expect(isWorthALook(match('a', 'a'), ['a'])).toBe(true)
  expect(isWorthALook(match('a', 'b', 'name'), [])).toBe(true)
  expect(isWorthALook(match('a', null), [])).toBe(true)
})
