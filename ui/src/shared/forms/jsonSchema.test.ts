import { expect, test } from 'vitest'

import { entriesOf, fieldName, fieldsOf, isJsonSchema, problemOf, valuesOf, type Entry } from './jsonSchema'

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['amount', 'address'],
  properties: {
    amount: { type: 'number', title: 'Amount', description: 'in EUR', minimum: 1, maximum: 100 },
    pieces: { type: ['integer', 'null'] },
    urgent: { type: 'boolean' },
    kind: { enum: ['new', 'old', 3] },
    colours: { type: 'array', items: { enum: ['red', 'green'] } },
    address: { type: 'object', required: ['city'], properties: { city: { type: 'string', minLength: 2 }, since: { type: 'string', format: 'date' } } },
    rows: { type: 'array', items: { type: 'object' } },
    note: { type: 'string', maxLength: 1000 },
  },
}
const FIELDS = fieldsOf(SCHEMA)
const problem = (name: string, entry: Entry) => FIELDS.filter((field) => fieldName(field) === name).map((field) => problemOf(field, entry))[0]

test('a schema of an object is a form; a form-js schema is another kind', () => {
  expect(isJsonSchema(SCHEMA)).toBe(true)
  expect(isJsonSchema({ components: [], $schema: 'x' })).toBe(false)
  expect(isJsonSchema(null)).toBe(false)
})

test('every property has the field of its kind, objects inside are taken apart', () => {
  expect(FIELDS.map((field) => [fieldName(field), field.kind, field.isRequired])).toEqual([
    ['amount', 'number', true],
    ['pieces', 'integer', false],
    ['urgent', 'boolean', false],
    ['kind', 'choice', false],
    ['colours', 'choices', false],
    ['address.city', 'text', true],
    ['address.since', 'date', false],
    ['rows', 'json', false],
    ['note', 'long', false],
  ])
  expect([FIELDS[0]?.label, FIELDS[0]?.help]).toEqual(['Amount', 'in EUR'])
})

test('data comes into the fields and out again as it was', () => {
  const data = { amount: 12.5, urgent: true, kind: 3, colours: ['red'], address: { city: 'Delft', since: { '@type': 'date', value: '2026-01-02' } }, rows: [{ a: 1 }] }
  const entries = entriesOf(FIELDS, data)

  expect(entries['address.since']).toBe('2026-01-02')
  expect(valuesOf(FIELDS, entries)).toEqual({ ...data, address: { city: 'Delft', since: '2026-01-02' } })
})

test('what is empty is left out, a tick is always sent', () => {
  expect(valuesOf(FIELDS, entriesOf(FIELDS, {}))).toEqual({ urgent: false })
})

test('an entry that cannot be sent says why', () => {
  expect(problem('amount', '')).toEqual({ key: 'required' })
  expect(problem('amount', '1,5')).toEqual({ key: 'number' })
  expect(problem('amount', '0')).toEqual({ key: 'min', limit: 1 })
  expect(problem('amount', '101')).toEqual({ key: 'max', limit: 100 })
  expect(problem('pieces', '1.5')).toEqual({ key: 'integer' })
  expect(problem('address.city', 'D')).toEqual({ key: 'minLength', limit: 2 })
  expect(problem('rows', '[')).toEqual({ key: 'json' })
  expect(problem('note', '')).toBeNull()
})
