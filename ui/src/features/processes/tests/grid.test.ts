import { describe, expect, it } from 'vitest'

import { added } from './edits'
import { casesOf, cellsOf, laidOver, separatorOf, type Column } from './grid'

function column(side: Column['side'], name: string, kind: Column['field']['kind']): Column {
  return { side, field: { name, kind, type_ref: null, choices: [] } }
}

const columns = [column('inputs', 'cost', 'number'), column('inputs', 'zone', 'text'), column('expected', '', 'text')]
const target = { columns, decision: 'Risk' }

describe('rows from a spreadsheet', () => {
  it('reads quoted cells with separators, quotes and line breaks inside', () => {
    expect(cellsOf('a;"b;""c""\nd"\r\n;e\n\n', ';')).toEqual([['a', 'b;"c"\nd'], ['', 'e']])
  })

  it('finds the separator by the first line', () => {
    expect(['a\tb,c\td', 'a;b', 'a,b', 'a'].map(separatorOf)).toEqual(['\t', ';', ',', '\t'])
  })

  it('finds columns by their heading, in any order', () => {
    const made = casesOf([['Zone', 'name', 'expected', 'other', 'cost'], ['inner', 'big', 'high', 'x', '7000']], target)

    expect(made).toEqual([{ name: 'big', inputs: { zone: '"inner"', cost: '7000' }, expected: { '': '"high"' } }])
  })

  it('fills from the pasted column on when there is no heading', () => {
    expect(casesOf([['inner', 'high', 'lost']], { ...target, from: 1 })).toEqual([
      { name: '', inputs: { zone: '"inner"' }, expected: { '': '"high"' } },
    ])
  })

  it('lays rows over those that are there and gives the rest as new ones', () => {
    const cases = added([], [{ name: 'a', inputs: { cost: '1', zone: '"x"' } }, { name: 'b' }])
    const { kept, more } = laidOver(cases, [{ inputs: { cost: '2' } }, { inputs: { cost: '3' } }], 1)

    expect(kept.map(({ name, inputs }) => [name, inputs])).toEqual([['a', { cost: '1', zone: '"x"' }], ['b', { cost: '2' }]])
    expect(more).toEqual([{ inputs: { cost: '3' } }])
  })
})
