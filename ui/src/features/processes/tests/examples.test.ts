import { expect, test } from 'vitest'

import { inputsOf } from './examples'

const value = (expression: string, text: string, isFree = false) => ({ expression, text, value: null, is_free: isFree })

test('names become inputs, and columns that say nothing are left out', () => {
  expect(inputsOf([value('Age', '17'), value('Zone', 'null', true)], ['Age', 'Zone'])).toEqual({ Age: '17' })
})

test('entries of one input become one context', () => {
  const example = [value('Customer.age', '17'), value('Customer.home.city', '"Wuhan"')]

  expect(inputsOf(example, ['Customer'])).toEqual({ Customer: '{"age": 17, "home": {"city": "Wuhan"}}' })
})

test('a calculation and the result of another decision give no inputs', () => {
  expect(inputsOf([value('Age * 2', '17')], ['Age'])).toBeNull()
  expect(inputsOf([value('Risk', '"high"')], ['Age'])).toBeNull()
})

test('one input that would need two values gives none', () => {
  expect(inputsOf([value('Age', '17'), value('Age', '18')], ['Age'])).toBeNull()
})
