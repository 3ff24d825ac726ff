import { expect, test } from 'vitest'

import { readRates } from './rates'

test('rates are read with amounts per role or activity and one for all others', () => {
  expect(readRates('{"currency":"EUR","hourly":{"clerk":42.5},"default":50}')).toEqual({
    rates: { currency: 'EUR', hourly: { clerk: 42.5 }, default: 50 },
  })
  expect(readRates('{"currency":"CNY","default":80}')).toEqual({ rates: { currency: 'CNY', hourly: {}, default: 80 } })
})

test('each mistake has its name', () => {
  expect(readRates('currency: EUR')).toEqual({ problem: 'not-json' })
  expect(readRates('[1]')).toEqual({ problem: 'not-json' })
  expect(readRates('{"currency":"euro","default":1}')).toEqual({ problem: 'no-currency' })
  expect(readRates('{"currency":"EUR","hourly":{"clerk":"42"}}')).toEqual({ problem: 'bad-amount' })
  expect(readRates('{"currency":"EUR","default":-1}')).toEqual({ problem: 'bad-amount' })
  expect(readRates('{"currency":"EUR"}')).toEqual({ problem: 'empty' })
})
