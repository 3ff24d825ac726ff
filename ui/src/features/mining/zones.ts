/** Time zones of the IANA database as this browser knows them, and days of the calendar in a zone. */

/** All zone names, UTC first. */
export function allZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]
}

/** How far the wall clock in *zone* is ahead of UTC at *instant*, in milliseconds. */
function aheadOfUtc(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(instant)
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return wall - Math.floor(instant / 1000) * 1000
}

/** The instant (ISO, UTC) at which *day* (`2011-10-01`) begins in *zone*. */
export function startOfDay(day: string, zone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // Twice: the first guess may lie on the other side of a change of clocks.
  const guess = midnight - aheadOfUtc(midnight, zone)
  return new Date(midnight - aheadOfUtc(guess, zone)).toISOString()
}

/** "UTC+01:00" now, for the list of zones. */
export function offsetText(zone: string, now: number): string {
  const minutes = Math.round(aheadOfUtc(now, zone) / 60_000)
  const size = Math.abs(minutes)
  const two = (value: number): string => `${value}`.padStart(2, '0')
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** The day (`2011-10-01`) in *zone* at an instant. */
export function dayOf(instant: string, zone: string): string {
  // Canadian English writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(instant))
}
