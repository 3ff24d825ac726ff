import { expect, test } from 'vitest'

import { actionsAt, effectMarks, modificationOf, places, stepsParam } from './modification'

test('steps are read from an address, and what makes no sense is left out', () => {
  const steps = [{ action: 'move', element: 'a', target: 'b' }, { action: 'move', element: 'a' }, { action: 'burn', element: 'a' }, 'x', { action: 'cancel', element: 'c', target: 1 }]

  expect(stepsParam({ modify: steps }, 'modify')).toEqual([{ action: 'move', element: 'a', target: 'b' }, { action: 'cancel', element: 'c' }])
  expect(stepsParam({ modify: [] }, 'modify')).toEqual([])
  expect(stepsParam({ modify: 'x' }, 'modify')).toBeUndefined()
})

test('moves and other changes are told apart for the server', () => {
  expect(modificationOf([{ action: 'complete', element: 'a' }, { action: 'move', element: 'b', target: 'c' }])).toEqual({
    changes: [{ action: 'complete', element_id: 'a' }],
    moves: [{ source: 'b', target: 'c' }],
  })
})

test('only where a token is can it be moved, completed or cancelled', () => {
  expect(actionsAt('a', new Set(['a']))).toEqual(['move', 'complete', 'cancel', 'before', 'after'])
  expect(actionsAt('b', new Set(['a']))).toEqual(['before', 'after'])
})

test('the places of tokens are the flow nodes, those with a token first', () => {
  const elements = ['startEvent', 'userTask', 'sequenceFlow', 'exclusiveGateway', 'adHocSubProcess', 'dataObject', 'laneSet'].map((type) => ({ id: type, name: '', type }))

  expect(places(elements, new Set(['userTask'])).map(({ id }) => id)).toEqual(['userTask', 'startEvent', 'exclusiveGateway', 'adHocSubProcess'])
})

test('what begins is seen where something else ends', () => {
  const effects = [
    { change: 'ends', kind: 'job', element_id: 'a' },
    { change: 'begins', kind: 'user-task', element_id: 'b' },
    { change: 'ends', kind: 'timer', element_id: 'b' },
    { change: 'ends', kind: 'instance', element_id: null },
  ] as const

  expect(effectMarks(effects)).toEqual({ a: 'cancelled', b: 'running' })
})
