/**
 * Two histograms of durations on one axis. Each has its own bins; they are put into common classes on a scale that
 * people read (minutes, hours, days), a bin's cases spread evenly over the classes that it overlaps.
 */
export interface Bin {
  from_s: number
  to_s: number
  cases: number
}

export interface DurationClass {
  /** Upper bound in seconds; the last one is open. */
  to: number
  /** Shares in 0..1. */
  now: number
  before: number
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const BOUNDS = [
  10, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY,
  120 * DAY,
]

function sharesOf(bins: readonly Bin[]): number[] {
  const shares = Array.from({ length: BOUNDS.length + 1 }, () => 0)
  const total = bins.reduce((sum, { cases }) => sum + cases, 0)
  if (total === 0) return shares
  for (const { from_s: from, to_s: to, cases } of bins) {
    let low = 0
    for (let index = 0; index < shares.length; index += 1) {
      const high = BOUNDS[index] ?? Number.POSITIVE_INFINITY
      const overlap = to > from ? Math.max(0, Math.min(to, high) - Math.max(from, low)) / (to - from) : from >= low && from < high ? 1 : 0
      shares[index] = (shares[index] ?? 0) + (overlap * cases) / total
      low = high
    }
  }
  return shares
}

/** Common classes of both, without the empty ones at the ends. */
export function alignHistograms(now: readonly Bin[], before: readonly Bin[]): DurationClass[] {
  const nowShares = sharesOf(now)
  const beforeShares = sharesOf(before)
  const all = nowShares.map((share, index): DurationClass => ({
    to: BOUNDS[index] ?? Number.POSITIVE_INFINITY,
    now: share,
    before: beforeShares[index] ?? 0,
  }))
  const filled = all.map(({ now, before }) => now + before > 0)
  return all.slice(Math.max(filled.indexOf(true), 0), filled.lastIndexOf(true) + 1)
}
