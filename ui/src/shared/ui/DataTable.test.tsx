// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { listenToKeys } from '@/shared/keys/shortcuts'
import { renderPart } from '@/shared/testing/render'

import { DataTable, type DataColumn } from './DataTable'

interface Row {
  id: string
  amount: number
}

const ROWS: Row[] = [
  { id: 'b', amount: 10 },
  { id: 'a', amount: 9 },
  { id: 'c', amount: 100 },
]
const COLUMNS: DataColumn<Row>[] = [
  { id: 'id', header: 'Id', cell: (row) => row.id, sortValue: (row) => row.id },
  { id: 'amount', header: 'Amount', cell: (row) => row.amount, sortValue: (row) => row.amount, align: 'end' },
  { id: 'note', header: 'Note', cell: () => '' },
]

function Selectable() {
  const [selected, setSelected] = useState<string | null>(null)
  return (
    <DataTable
      label="Rows"
      columns={COLUMNS}
      rows={ROWS}
      rowKey={(row) => row.id}
      selectedKey={selected}
      onSelect={(row) => setSelected(row.id)}
    />
  )
}

const selectedRow = () => document.querySelector('tr[aria-current]')?.getAttribute('data-row')
const shownRows = () => [...document.querySelectorAll('tbody tr')].map((row) => row.getAttribute('data-row'))

let stop: () => void
beforeEach(() => {
  localStorage.clear()
  stop = listenToKeys()
})
afterEach(() => stop())

test('j and k walk the rows and stay at the ends', async () => {
  await renderPart(<Selectable />)

  for (const key of ['j', 'j', 'j', 'j']) fireEvent.keyDown(document.body, { key })
  expect(selectedRow()).toBe('c')
  for (const key of ['k', 'k', 'k', 'k']) fireEvent.keyDown(document.body, { key })
  expect(selectedRow()).toBe('b')
})

test('the walk follows the order that is shown', async () => {
  await renderPart(<Selectable />)

  await userEvent.click(screen.getByRole('button', { name: 'Id' }))
  fireEvent.keyDown(document.body, { key: 'j' })

  expect(shownRows()).toEqual(['a', 'b', 'c'])
  expect(selectedRow()).toBe('a')
})

test('numbers sort as numbers, and the head says how it is sorted', async () => {
  await renderPart(<Selectable />)
  const head = screen.getByRole('columnheader', { name: 'Amount' })

  await userEvent.click(screen.getByRole('button', { name: 'Amount' }))
  const once = [head.getAttribute('aria-sort'), shownRows()]
  await userEvent.click(screen.getByRole('button', { name: 'Amount' }))
  const twice = [head.getAttribute('aria-sort'), shownRows()]

  expect([once, twice]).toContainEqual(['ascending', ['a', 'b', 'c']])
  expect([once, twice]).toContainEqual(['descending', ['c', 'b', 'a']])
})

test('a column without an order offers no sorting', async () => {
  await renderPart(<Selectable />)

  expect(screen.queryByRole('button', { name: 'Note' })).toBeNull()
})

function Checkable() {
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set())
  return (
    <>
      <DataTable
        label="Rows"
        columns={COLUMNS}
        rows={ROWS}
        rowKey={(row) => row.id}
        checks={{ checked, onChange: setChecked, label: (row) => `row ${row.id}`, isDisabled: (row) => row.id === 'c' }}
      />
      <output>{[...checked].sort().join(' ')}</output>
    </>
  )
}

test('rows are checked one by one or all at once, but not those that nothing can be done to', async () => {
  await renderPart(<Checkable />)
  const said = () => document.querySelector('output')?.textContent

  await userEvent.click(screen.getByRole('checkbox', { name: 'Check: row a' }))
  expect(said()).toBe('a')
  await userEvent.click(screen.getByRole('checkbox', { name: 'Check all rows shown' }))
  expect(said()).toBe('a b')
  await userEvent.click(screen.getByRole('checkbox', { name: 'Check all rows shown' }))
  expect(said()).toBe('')
})
