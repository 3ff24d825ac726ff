/** An instant as "3 minutes ago", with date, time, zone and the ISO form on hover and for assistive technology. */
import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'

import { formatAbsolute, formatRelative } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'

// One clock for all times on the page, so that they change together and cost one timer.
const TICK_MS = 15_000
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

export function RelativeTime({ iso }: { iso: string }) {
  const language = useLanguage()
  const tick = useNow()
  const instant = Date.parse(iso)
  // The clock ticks rarely: what happened since the last tick is "now", not "in 9 seconds".
  const isSinceTick = instant > tick && instant - tick < TICK_MS
  const relative = formatRelative(iso, isSinceTick ? instant : tick, language)
  const absolute = formatAbsolute(iso, language)
  return (
    <Tooltip label={`${absolute} · ${iso}`}>
      <time dateTime={iso} aria-label={`${relative}, ${absolute}`} className="tl-number">
        {relative}
      </time>
    </Tooltip>
  )
}
