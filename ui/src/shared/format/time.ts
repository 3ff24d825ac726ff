/**
 * Times and durations for people. Instants are ISO strings in UTC; the zone they are shown in is always named.
 * Durations show their two largest units, so that a reader can compare them at a glance.
 */
const SECOND = 1
const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

const RELATIVE_STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['week', 7 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
]

export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** "3 minutes ago", "in 2 days", "3分钟前". */
export function formatRelative(iso: string, now: number, language: string): string {
  const seconds = (Date.parse(iso) - now) / 1000
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  for (const [unit, size] of RELATIVE_STEPS)
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  return format.format(0, 'second')
}

/** "22 Nov 2026, 14:30:01 GMT+1": the date spelt so that day and month cannot be confused, the zone named. */
export function formatAbsolute(iso: string, language: string, zone: string = localZone()): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: undefined,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
    timeZoneName: 'short',
  }).format(new Date(iso))
}

/** "22 Nov, 14:30" for axes and tight places, where the zone is named once beside. */
export function formatShort(iso: string, language: string, zone: string = localZone()): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  }).format(new Date(iso))
}

type DurationUnit = 'day' | 'hour' | 'minute' | 'second' | 'millisecond'

function unitText(value: number, unit: DurationUnit, language: string, digits = 0): string {
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value)
}

/** A duration in seconds with its two largest units: "3 days 4 hr", "45 sec", "320 ms". */
export function formatDuration(seconds: number, language: string): string {
  const sign = seconds < 0 ? '−' : ''
  const amount = Math.abs(seconds)
  if (amount > 0 && amount < 1) return sign + unitText(Math.round(amount * 1000), 'millisecond', language)
  if (amount < 10) return sign + unitText(amount, 'second', language, 1)
  const steps: [DurationUnit, number][] = [
    ['day', DAY],
    ['hour', HOUR],
    ['minute', MINUTE],
    ['second', SECOND],
  ]
  const largest = steps.findIndex(([, size]) => amount >= size)
  const smallestShown = steps[Math.min(largest + 1, steps.length - 1)]?.[1] ?? SECOND
  let rest = Math.round(amount / smallestShown) * smallestShown
  const parts: string[] = []
  // Rounding may lift 59 min 59.6 s to a full hour, so the walk starts again from the top.
  for (const [unit, size] of steps) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0 && parts.length < 2) parts.push(unitText(count, unit, language))
  }
  return sign + parts.join(' ')
}
