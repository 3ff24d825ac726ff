/**
 * Keyboard shortcuts: registered by the parts on the page, listed in the `?` sheet, heard by one listener.
 *
 * `keys`: one key ("j", "?", "/"), a sequence ("g t") or with the main modifier ("mod+enter": Ctrl, on a Mac ⌘).
 * Keys without modifier are silent while a person types, inside a diagram, in a dialog, and when switched off
 * (WCAG 2.1.4). Of several with the same keys the last registered wins: the innermost part of the page.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react'

export interface Shortcut {
  keys: string
  label: string
  run: () => void
}

const SEQUENCE_MS = 1000
const SWITCH = 'taktloom.singleKeys'

let registered: readonly Shortcut[][] = []
const watchers = new Set<() => void>()

function publish(next: readonly Shortcut[][]): void {
  registered = next
  for (const watcher of watchers) watcher()
}

export function useShortcuts(shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  const signature = shortcuts.map(({ keys, label }) => `${keys}\t${label}`).join('\n')
  useEffect(() => {
    const mine = signature === '' ? [] : signature.split('\n').map((line, index) => {
      const [keys = '', label = ''] = line.split('\t')
      return { keys, label, run: () => latest.current[index]?.run() }
    })
    publish([...registered, mine])
    return () => publish(registered.filter((group) => group !== mine))
  }, [signature])
}

/** Everything that can be pressed now, innermost first, each key once. */
export function useRegisteredShortcuts(): Shortcut[] {
  const groups = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => registered,
  )
  return activeShortcuts(groups)
}

export function activeShortcuts(groups: readonly Shortcut[][]): Shortcut[] {
  const byKeys = new Map<string, Shortcut>()
  for (const shortcut of groups.flat().reverse()) if (!byKeys.has(shortcut.keys)) byKeys.set(shortcut.keys, shortcut)
  return [...byKeys.values()]
}

export function areSingleKeysOn(): boolean {
  return localStorage.getItem(SWITCH) !== 'off'
}

export function switchSingleKeys(state: 'on' | 'off'): void {
  localStorage.setItem(SWITCH, state)
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], .djs-container') !== null
}

/** The pressed key in the words of `keys`, or null when this press is none of our business. */
function pressed(event: globalThis.KeyboardEvent): string | null {
  if (event.isComposing || event.altKey || ['Control', 'Meta', 'Shift'].includes(event.key)) return null
  if (event.ctrlKey || event.metaKey) return `mod+${event.key.toLowerCase()}`
  return isTyping(event.target) || !areSingleKeysOn() ? null : event.key.toLowerCase()
}

/** Starts the one listener; returns the function that ends it. */
export function listenToKeys(): () => void {
  let pending = ''
  let pendingSince = 0

  function onKeyDown(event: globalThis.KeyboardEvent): void {
    const key = pressed(event)
    if (key === null) return
    const isSequence = pending !== '' && event.timeStamp - pendingSince < SEQUENCE_MS
    const active = activeShortcuts(registered)
    const hit = active.find(({ keys }) => keys === (isSequence ? `${pending} ${key}` : key)) ?? active.find(({ keys }) => keys === key)
    pending = hit === undefined && active.some(({ keys }) => keys.startsWith(`${key} `)) ? key : ''
    pendingSince = event.timeStamp
    if (hit === undefined) return
    event.preventDefault()
    hit.run()
  }

  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}
