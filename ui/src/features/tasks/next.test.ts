import { expect, test } from 'vitest'

import { dueState, nextTask } from './next'

test('after a task comes the one below it, after the last the one above', () => {
  expect(nextTask(['a', 'b', 'c'], 'b')).toBe('c')
  expect(nextTask(['a', 'b', 'c'], 'c')).toBe('b')
  expect(nextTask(['a'], 'a')).toBeNull()
})

test('a task that left the list when it was claimed is followed by the one that took its place', () => {
  expect(nextTask(['a', 'c'], 'b', 1)).toBe('c')
  expect(nextTask(['a'], 'b', 1)).toBe('a')
  expect(nextTask([], 'b', 1)).toBeNull()
})

test('what is overdue and what is due within a day are told apart', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')

  expect(dueState('2026-03-01T11:59:59Z', now)).toBe('late')
  expect(dueState('2026-03-02T11:00:00Z', now)).toBe('soon')
  expect(dueState('2026-03-09T12:00:00Z', now)).toBe('later')
  expect(dueState(null, now)).toBe('none')
})
