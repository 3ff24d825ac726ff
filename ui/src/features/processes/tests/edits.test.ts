import { describe, expect, it } from 'vitest'

import { added, begin, change, redo, undo, withCell } from './edits'

const one = added([])

describe('editing test cases', () => {
  it('gives every new case an id of its own', () => {
    expect(added(added(added([])).slice(1), [{}, {}]).map(({ id }) => id)).toEqual(['case_2', 'case_3', 'case_4'])
  })

  it('puts copies behind the case they are made from', () => {
    expect(added(added(one), [{ name: 'copy' }], 1).map(({ name }) => name)).toEqual(['', 'copy', ''])
  })

  it('takes keystrokes in one cell back at once, and forward again', () => {
    let history = change(begin([]), one)
    for (const feel of ['8', '80', '800']) history = change(history, withCell(history.present, 'case_1', 'inputs', 'cost', feel), 'case_1/cost')
    const back = undo(history)

    expect(history.present[0]?.inputs).toEqual({ cost: '800' })
    expect(back.present).toEqual(one)
    expect(redo(back).present[0]?.inputs).toEqual({ cost: '800' })
    expect(undo(undo(back)).present).toEqual([])
  })

  it('forgets a cell that was emptied', () => {
    const filled = withCell(one, 'case_1', 'expected', '', '"high"')

    expect(filled[0]?.expected).toEqual({ '': '"high"' })
    expect(withCell(filled, 'case_1', 'expected', '', '')[0]?.expected).toEqual({})
  })
})
