// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import { useState } from 'react'
import { describe, expect, it } from 'vitest'

import { renderPart } from '@/shared/testing/render'

import { FieldInput } from './FieldInput'
import type { DecisionField } from './fieldText'

function field(kind: DecisionField['kind'], choices: string[] = []): DecisionField {
  return { name: 'zone', kind, type_ref: null, choices }
}

function Held({ of, first, heard }: { of: DecisionField; first: string; heard: (feel: string) => void }) {
  const [value, setValue] = useState(first)
  return (
    <FieldInput
      field={of}
      value={value}
      label="zone"
      onChange={(feel) => {
        setValue(feel)
        heard(feel)
      }}
    />
  )
}

async function shown(of: DecisionField, first = ''): Promise<{ cell: HTMLInputElement; heard: string[] }> {
  const heard: string[] = []
  await renderPart(<Held of={of} first={first} heard={(feel) => heard.push(feel)} />)
  return { cell: screen.getByLabelText('zone'), heard }
}

describe('a value of a decision', () => {
  it('is a choice of the allowed values, as text without quotes', async () => {
    const { cell, heard } = await shown(field('text', ['"inner"', '"outer"']), '"inner"')
    fireEvent.change(cell, { target: { value: '"outer"' } })

    expect([...cell.querySelectorAll('option')].map(({ textContent }) => textContent)).toEqual(['–', 'inner', 'outer'])
    expect(heard).toEqual(['"outer"'])
  })

  it('that is none of the allowed ones can still be seen and mended', async () => {
    const { cell } = await shown(field('text', ['"inner"']), '"moon"')

    expect([cell.tagName, cell.value]).toEqual(['INPUT', 'moon'])
  })

  it('keeps an equals sign that is being written, which means nothing yet', async () => {
    const { cell, heard } = await shown(field('text'))
    fireEvent.change(cell, { target: { value: '=' } })

    expect([cell.value, heard]).toEqual(['=', ['']])
    fireEvent.change(cell, { target: { value: '=now()' } })
    expect([cell.value, heard.at(-1)]).toEqual(['=now()', 'now()'])
  })

  it.each([
    ['@"2026-01-31"', 'date', '2026-01-31'],
    ['today()', 'text', '=today()'],
  ])('of a day, %s, is a field of type %s', async (feel, type, text) => {
    const { cell } = await shown(field('date'), feel)

    expect([cell.type, cell.value]).toEqual([type, text])
  })
})
