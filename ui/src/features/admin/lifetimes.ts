/** How long a key lives. No key lives for ever by accident: a year unless somebody chooses otherwise. */
const DAYS = { month: 30, quarter: 90, year: 365, never: null } as const
export type Lifetime = keyof typeof DAYS
export const LIFETIMES = Object.keys(DAYS) as Lifetime[]

export function expiryOf(lifetime: Lifetime, now: number): string | null {
  const days = DAYS[lifetime]
  return days === null ? null : new Date(now + days * 86_400_000).toISOString()
}
