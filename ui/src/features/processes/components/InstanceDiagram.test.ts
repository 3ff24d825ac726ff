import { expect, test } from 'vitest'

import type { ElementVisit } from '../api/types'
import { marksAt } from './InstanceDiagram'

function visit(element_id: string, left_at: string | null): ElementVisit {
  return { element_id, element_name: '', element_type: 'task', entered_at: '2026-01-01T08:00:00Z', left_at, resource: null, state: 'completed', visit: element_id }
}

test('a moment shows what was over by then and where it stood, nothing of what came later', () => {
  const visits = [visit('a', '2026-01-01T09:00:00.5Z'), visit('b', '2026-01-01T10:00:00Z'), visit('c', null)]

  expect(marksAt({ active: [{ element_id: 'b', element_name: '', element_type: 'task', since: '' }], left: [], occurred_at: '2026-01-01T09:30:00Z' }, visits)).toEqual({
    a: 'done', b: 'running',
  })
})

test('what is entered again is running, although it was left at the same moment', () => {
  const active = [{ element_id: 'a', element_name: '', element_type: 'task', since: '' }]

  expect(marksAt({ active, left: ['a'], occurred_at: '2026-01-01T09:30:00Z' }, [])).toEqual({ a: 'running' })
})
