/** Numbers for people: grouped digits, units always shown, shares as percentages. */
export function formatNumber(value: number, language: string, digits = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)
}

/** 0.6 -> "60 %" or "60%", with *digits* decimals. */
export function formatShare(value: number, language: string, digits = 0): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(value)
}

/** A ratio of two times as a change: 0.7 -> "−30%"; far from 1, where a percentage says little, as a factor: "× 0.0004". */
export function formatChange(ratio: number, language: string): string {
  if (ratio < 0.1 || ratio > 10) return `× ${new Intl.NumberFormat(language, { maximumSignificantDigits: 2 }).format(ratio)}`
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }).format(ratio - 1)
}

/** 12345678 -> "12.3 MB" (powers of 1,000, as disks and limits are quoted). */
export function formatBytes(value: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
  let amount = value
  let step = 0
  while (amount >= 1000 && step < units.length - 1) {
    amount /= 1000
    step += 1
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[step],
    unitDisplay: 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(amount)
}
