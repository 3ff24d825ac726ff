import { expect, test } from 'vitest'

import { hasComponents, otherVariables } from './formSchema'

const FORM = {
  components: [
    { type: 'textfield', key: 'applicant' },
    { type: 'group', components: [{ type: 'number', key: 'cost.total' }] },
    { type: 'dynamiclist', path: 'documents', components: [{ type: 'textfield', key: 'name' }] },
    { type: 'text', text: 'Look at the plan.' },
  ],
}

test('the other facts of a case are those that no field of the form shows, however deep', () => {
  const variables = { applicant: 'Ada', cost: { total: 3 }, documents: [], district: 'Harbour' }

  expect(otherVariables(variables, FORM)).toEqual({ district: 'Harbour' })
})

test('a form without components asks for nothing', () => {
  expect(hasComponents({ components: [] })).toBe(false)
  expect(hasComponents(FORM)).toBe(true)
})
