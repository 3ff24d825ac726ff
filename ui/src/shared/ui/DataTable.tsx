/**
 * The table of every list: compact rows, sortable heads, one row selected, keyboard first.
 *
 * `j`/`k` (and the arrows while a row has focus) move the selection, Enter opens, `x` checks it for what is done to
 * several. Selection is the caller's: keep it in the address. Columns that a narrow screen cannot hold name the width below which they go.
 */
import { Checkbox } from '@mantine/core'
import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
} from '@tanstack/react-table'
import { useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { useShortcuts } from '@/shared/keys/shortcuts'

import classes from './DataTable.module.css'
import { Icon } from './Icon'

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })

export interface DataColumn<Row> {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  /** Makes the column sortable. */
  sortValue?: (row: Row) => string | number
  /** Numbers stand at the end. */
  align?: 'start' | 'end'
  /** Hidden while the table (not the screen) is narrower than a phone or a tablet. */
  hideBelow?: 'phone' | 'tablet'
  /** Takes the room that is left, and is the one that gets shortened. */
  grow?: true
  width?: string
}

interface DataTableProps<Row> {
  /** Says what the rows are; the table's name for assistive technology. */
  label: string
  columns: DataColumn<Row>[]
  rows: Row[]
  rowKey: (row: Row) => string
  selectedKey?: string | null
  onSelect?: (row: Row) => void
  /** Enter or double click. Default: the same as onSelect. */
  onOpen?: (row: Row) => void
  /** Makes rows checkable, by their keys. */
  checks?: RowChecks<Row>
}

export interface RowChecks<Row> {
  checked: ReadonlySet<string>
  onChange: (checked: ReadonlySet<string>) => void
  /** What a row's box is called: the row itself, in words. */
  label: (row: Row) => string
  /** Rows that nothing can be done to. */
  isDisabled?: (row: Row) => boolean
}

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, selectedKey = null, onSelect, onOpen = onSelect, checks } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const definitions = useMemo(() => columns.map((column) => definitionOf(column)), [columns])
  const table = useTable({ features, columns: definitions, data: rows, getRowId: rowKey })
  const shown = table.getRowModel().rows
  const meta = new Map(columns.map((column) => [column.id, column]))

  function move(step: 1 | -1): void {
    const at = shown.findIndex((row) => row.id === selectedKey)
    const next = shown[at === -1 ? 0 : Math.min(Math.max(at + step, 0), shown.length - 1)]
    if (next === undefined || onSelect === undefined) return
    onSelect(next.original)
    const element = body.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next.id)}"]`)
    element?.focus({ preventScroll: true })
    element?.scrollIntoView({ block: 'nearest' })
  }

  const { t } = useTranslation('shared')
  useShortcuts(
    onSelect === undefined
      ? []
      : [
          { keys: 'j', label: t('shortcut.next'), run: () => move(1) },
          { keys: 'k', label: t('shortcut.previous'), run: () => move(-1) },
          ...(checks === undefined ? [] : [{ keys: 'x', label: t('shortcut.check'), run: () => checkSelected() }]),
        ],
  )

  function checkSelected(): void {
    const row = rows.find((each) => rowKey(each) === selectedKey)
    if (checks !== undefined && row !== undefined && checks.isDisabled?.(row) !== true) checks.onChange(toggled(checks.checked, rowKey(row)))
  }

  function onKeyDown(event: KeyboardEvent, row: Row): void {
    if (event.target !== event.currentTarget) return
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter' || event.key === ' ') onOpen?.(row)
    else return
    event.preventDefault()
  }

  return (
    <div className={classes.frame}>
      <table className={classes.table} aria-label={label}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {checks !== undefined && (
                <th className={classes.check} scope="col">
                  <CheckAll checks={checks} rows={rows} rowKey={rowKey} />
                </th>
              )}
              {group.headers.map((header) => {
                const column = meta.get(header.column.id)
                const sorted = header.column.getIsSorted()
                return (
                  <th
                    key={header.id}
                    scope="col"
                    style={{ width: column?.width }}
                    data-align={column?.align}
                    data-hide={column?.hideBelow}
                    data-grow={column?.grow}
                    aria-sort={sorted === false ? undefined : sorted === 'asc' ? 'ascending' : 'descending'}
                  >
                    {header.column.getCanSort() ? (
                      <button type="button" className={classes.sort} onClick={header.column.getToggleSortingHandler()}>
                        {column?.header}
                        <span className={classes.arrow} data-sorted={sorted}>
                          <Icon name="chevronDown" size={12} />
                        </span>
                      </button>
                    ) : (
                      column?.header
                    )}
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <tbody ref={body}>
          {shown.map((row, index) => {
            const isSelected = row.id === selectedKey
            const isReachable = isSelected || (selectedKey === null && index === 0)
            return (
              <tr
                key={row.id}
                data-row={row.id}
                data-selectable={onSelect !== undefined || undefined}
                aria-current={isSelected ? 'true' : undefined}
                tabIndex={onSelect === undefined ? undefined : isReachable ? 0 : -1}
                onClick={() => onSelect?.(row.original)}
                onDoubleClick={() => onOpen?.(row.original)}
                onKeyDown={(event) => onKeyDown(event, row.original)}
              >
                {checks !== undefined && (
                  <td className={classes.check} onClick={(event) => event.stopPropagation()} onDoubleClick={(event) => event.stopPropagation()}>
                    <Checkbox
                      size="xs"
                      aria-label={t('table.check', { row: checks.label(row.original) })}
                      checked={checks.checked.has(row.id)}
                      disabled={checks.isDisabled?.(row.original)}
                      onChange={() => checks.onChange(toggled(checks.checked, row.id))}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.id} data-align={column.align} data-hide={column.hideBelow} data-grow={column.grow}>
                    {column.cell(row.original)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

interface CheckAllProps<Row> {
  checks: RowChecks<Row>
  rows: readonly Row[]
  rowKey: (row: Row) => string
}

/** All rows that are shown, or none of them. */
function CheckAll<Row>({ checks, rows, rowKey }: CheckAllProps<Row>) {
  const { t } = useTranslation('shared')
  const keys = rows.filter((row) => checks.isDisabled?.(row) !== true).map((row) => rowKey(row))
  const count = keys.filter((key) => checks.checked.has(key)).length
  return (
    <Checkbox
      size="xs"
      aria-label={t('table.checkAll')}
      checked={count > 0 && count === keys.length}
      indeterminate={count > 0 && count < keys.length}
      disabled={keys.length === 0}
      onChange={() => checks.onChange(new Set(count === keys.length ? [] : keys))}
    />
  )
}

function toggled(checked: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(checked)
  if (!next.delete(key)) next.add(key)
  return next
}

function definitionOf<Row extends object>(column: DataColumn<Row>): ColumnDef<typeof features, Row> {
  const { id, header, sortValue } = column
  if (sortValue === undefined) return { id, header, enableSorting: false }
  return { id, header, accessorFn: sortValue, enableSorting: true, sortUndefined: 'last' }
}
