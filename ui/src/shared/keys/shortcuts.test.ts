// @vitest-environment jsdom
import { fireEvent, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { listenToKeys, switchSingleKeys, useShortcuts } from './shortcuts'

let stop: () => void
beforeEach(() => {
  localStorage.clear()
  stop = listenToKeys()
})
afterEach(() => stop())

test('a sequence runs only when both keys come in order', () => {
  const run = vi.fn()
  renderHook(() => useShortcuts([{ keys: 'g t', label: 'Tasks', run }]))

  fireEvent.keyDown(document.body, { key: 't' })
  expect(run).not.toHaveBeenCalled()
  fireEvent.keyDown(document.body, { key: 'g' })
  fireEvent.keyDown(document.body, { key: 't' })
  expect(run).toHaveBeenCalledTimes(1)
})

test('single keys are silent while a person types, those with a modifier are not', () => {
  const single = vi.fn()
  const combined = vi.fn()
  renderHook(() =>
    useShortcuts([
      { keys: 'c', label: 'Claim', run: single },
      { keys: 'mod+enter', label: 'Submit', run: combined },
    ]),
  )
  const input = document.body.appendChild(document.createElement('input'))

  fireEvent.keyDown(input, { key: 'c' })
  fireEvent.keyDown(input, { key: 'Enter', ctrlKey: true })

  expect(single).not.toHaveBeenCalled()
  expect(combined).toHaveBeenCalledTimes(1)
  input.remove()
})

test('the innermost part wins, and gives the key back when it leaves', () => {
  const outer = vi.fn()
  const inner = vi.fn()
  renderHook(() => useShortcuts([{ keys: 'j', label: 'outer', run: outer }]))
  const part = renderHook(() => useShortcuts([{ keys: 'j', label: 'inner', run: inner }]))

  fireEvent.keyDown(document.body, { key: 'j' })
  part.unmount()
  fireEvent.keyDown(document.body, { key: 'j' })

  expect(inner).toHaveBeenCalledTimes(1)
  expect(outer).toHaveBeenCalledTimes(1)
})

test('single keys can be switched off', () => {
  const run = vi.fn()
  renderHook(() => useShortcuts([{ keys: 'j', label: 'next', run }]))

  switchSingleKeys('off')
  fireEvent.keyDown(document.body, { key: 'j' })

  expect(run).not.toHaveBeenCalled()
})
