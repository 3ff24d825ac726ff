/** A rates file: money per hour, given by a person. Checked here so that a mistake is told before anything is sent. */
import type { Rates } from './api/logs'

export type RatesProblem = 'not-json' | 'no-currency' | 'bad-amount' | 'empty'
export type ReadRates = { rates: Rates } | { problem: RatesProblem }

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function areAmounts(value: unknown): value is Record<string, number> {
  return isObject(value) && Object.values(value).every(isAmount)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function readRates(text: string): ReadRates {
  const value = parsed(text)
  if (!isObject(value)) return { problem: 'not-json' }
  const { currency, hourly = {}, default: otherwise = null } = value
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return { problem: 'no-currency' }
  if (!areAmounts(hourly) || !(otherwise === null || isAmount(otherwise))) return { problem: 'bad-amount' }
  if (Object.keys(hourly).length === 0 && otherwise === null) return { problem: 'empty' }
  return { rates: { currency, hourly, default: otherwise } }
}
