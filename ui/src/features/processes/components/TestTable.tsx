/**
 * One row for each test case, cells as in a spreadsheet: Enter and the arrows move between rows, text with tabs that is
 * pasted fills cells and adds rows, Ctrl+Z takes a step back. On a phone each row stands as a card.
 */
import { ActionIcon, Button } from '@mantine/core'
import type { TFunction } from 'i18next'
import { useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { FieldInput } from '@/shared/dmn/FieldInput'
import { shownOf } from '@/shared/dmn/fieldText'
import { Icon, type IconName } from '@/shared/ui/Icon'

import type { TestOutcome, TestReport } from '../api/tests'
import type { TestCaseWork } from '../hooks/useTestCases'
import { added, withCell, type TestCase } from '../tests/edits'
import { casesOf, cellsOf, columnsOf, laidOver, type Column } from '../tests/grid'
import classes from './Tests.module.css'

const ROWS_AT_ONCE = 100

interface TestTableProps {
  work: TestCaseWork
  report: TestReport
  selected: string | null
  onSelect: (caseId: string | null) => void
}

export function TestTable({ work, report, selected, onSelect }: TestTableProps) {
  const { t } = useTranslation('processes')
  const body = useRef<HTMLTableSectionElement>(null)
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  const columns = columnsOf(report)
  const outcomes = new Map(report.outcomes.map((outcome) => [outcome.case.id, outcome]))

  function focus(row: number, column: string): void {
    body.current?.querySelector<HTMLElement>(`[data-at="${row}"] [data-column="${CSS.escape(column)}"] :is(input, select)`)?.focus()
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
      event.preventDefault()
      if (event.shiftKey) work.redo()
      else work.undo()
      return
    }
    const place = placeOf(event.target)
    const step = stepOf(event)
    if (place === null || step === 0) return
    event.preventDefault()
    if (event.key === 'Enter' && place.row + step === work.cases.length) work.change(added(work.cases))
    // The new row is there after this event.
    window.setTimeout(() => focus(place.row + step, place.column))
  }

  function onPaste(event: ClipboardEvent<HTMLElement>): void {
    const text = event.clipboardData.getData('text/plain')
    const place = placeOf(event.target)
    const from = columns.findIndex((column) => keyOf(column) === place?.column)
    if (!/[\t\n]/.test(text.trim()) || place === null || from === -1) return
    event.preventDefault()
    const made = casesOf(cellsOf(text, '\t'), { columns, decision: report.interface.name, from })
    const { kept, more } = laidOver(work.cases, made, place.row)
    work.change(added(kept, more))
  }

  return (
    // Keys and pasting are heard for all cells at once; the cells themselves are the controls.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={classes.frame} onKeyDown={onKeyDown} onPaste={onPaste}>
      <table className={classes.table} aria-label={t('tests.title')}>
        <Head columns={columns} outputs={report.interface.outputs} />
        <tbody ref={body}>
          {work.cases.slice(0, limit).map((each, at) => (
            <Row
              key={each.id}
              at={at}
              test={each}
              columns={columns}
              outputs={report.interface.outputs}
              outcome={outcomes.get(each.id)}
              isSelected={each.id === selected}
              work={work}
              onSelect={onSelect}
            />
          ))}
        </tbody>
      </table>
      {work.cases.length > limit && (
        <Button size="compact-xs" variant="subtle" onClick={() => setLimit(limit + ROWS_AT_ONCE)}>
          {t('tests.more', { count: work.cases.length - limit })}
        </Button>
      )}
    </div>
  )
}

/** In which row and column a control stands. */
function placeOf(target: EventTarget): { row: number; column: string } | null {
  const cell = (target as HTMLElement).closest<HTMLElement>('[data-column]')
  const row = cell?.closest<HTMLElement>('[data-at]')?.dataset.at
  const column = cell?.dataset.column
  return row === undefined || column === undefined ? null : { row: Number(row), column }
}

/** How many rows a key moves; the arrows belong to lists of choices and to dates. */
function stepOf(event: KeyboardEvent<HTMLElement>): number {
  const target = event.target as HTMLElement
  if (event.altKey || event.ctrlKey || event.metaKey || target.tagName === 'BUTTON') return 0
  if (event.key === 'Enter') return event.shiftKey ? -1 : 1
  if (target.tagName === 'SELECT' || (target as HTMLInputElement).type === 'date') return 0
  return event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
}

function headingOf({ side, field }: Column, t: TFunction<'processes'>): string {
  if (side === 'inputs') return field.name
  return field.name === '' ? t('tests.expected') : t('tests.expectedOf', { name: field.name })
}

function keyOf({ side, field }: Column): string {
  return `${side}/${field.name}`
}

type Outputs = TestReport['interface']['outputs']

function Head({ columns, outputs }: { columns: readonly Column[]; outputs: Outputs }) {
  const { t } = useTranslation('processes')
  return (
    <thead>
      <tr>
        <th scope="col">
          <span className={classes.hidden}>{t('tests.result')}</span>
        </th>
        <th scope="col">{t('tests.name')}</th>
        {columns.map((column) => (
          <th key={keyOf(column)} scope="col" data-side={column.side}>
            <Heading column={column} />
          </th>
        ))}
        {outputs.map(({ name }) => (
          <th key={name} scope="col" data-side="actual">
            {name === '' ? t('tests.actual') : t('tests.actualOf', { name })}
          </th>
        ))}
        <th scope="col">{t('tests.rules')}</th>
        <th scope="col">
          <span className={classes.hidden}>{t('tests.actions')}</span>
        </th>
      </tr>
    </thead>
  )
}

function Heading({ column: { side, field } }: { column: Column }) {
  const { t } = useTranslation('processes')
  return (
    <>
      {headingOf({ side, field }, t)}
      {field.type_ref !== null && <small> {field.type_ref}</small>}
    </>
  )
}

interface RowProps {
  at: number
  test: TestCase
  columns: readonly Column[]
  outputs: Outputs
  outcome: TestOutcome | undefined
  isSelected: boolean
  work: TestCaseWork
  onSelect: (caseId: string | null) => void
}

function Row({ at, test, columns, outputs, outcome, isSelected, work, onSelect }: RowProps) {
  const { t } = useTranslation('processes')
  const number = at + 1
  const select = (): void => onSelect(test.id)
  return (
    // The row's controls select it when they get focus; the click is for the pointer between them.
    <tr data-at={at} data-selected={isSelected || undefined} onClick={select} onFocus={select}>
      <td className={classes.mark}>
        <Mark outcome={outcome} number={number} />
      </td>
      <td data-label={t('tests.name')} data-column="name">
        <input
          className={classes.name}
          aria-label={t('tests.cell', { column: t('tests.name'), row: number })}
          value={test.name}
          maxLength={200}
          onChange={(event) => {
            const name = event.currentTarget.value
            work.change(work.cases.map((each) => (each.id === test.id ? { ...each, name } : each)), `${test.id}/name`)
          }}
        />
      </td>
      {columns.map((column) => (
        <Cell key={keyOf(column)} column={column} number={number} test={test} outcome={outcome} work={work} />
      ))}
      {outputs.map(({ name, kind }) => (
        <td key={name} data-label={name === '' ? t('tests.actual') : t('tests.actualOf', { name })} className={classes.actual}>
          {shownOf(kind, outcome?.actual[name] ?? '')}
        </td>
      ))}
      <td data-label={t('tests.rules')}>{rulesOf(outcome)}</td>
      <td className={classes.actions}>
        <ActionIcon
          aria-label={t('tests.duplicate', { row: number })}
          onClick={() => work.change(added(work.cases, [test], number))}
        >
          <Icon name="copy" size={14} />
        </ActionIcon>
        <ActionIcon
          aria-label={t('tests.delete', { row: number })}
          onClick={(event) => {
            event.stopPropagation()
            onSelect(null)
            work.change(work.cases.filter((each) => each.id !== test.id))
          }}
        >
          <Icon name="trash" size={14} />
        </ActionIcon>
      </td>
    </tr>
  )
}

interface CellProps {
  column: Column
  number: number
  test: TestCase
  outcome: TestOutcome | undefined
  work: TestCaseWork
}

function Cell({ column, number, test, outcome, work }: CellProps) {
  const { t } = useTranslation('processes')
  const { side, field } = column
  const heading = headingOf(column, t)
  const isMissed = side === 'expected' && outcome?.checks.some((check) => check.name === field.name && !check.is_met) === true
  const isBroken = outcome?.column === field.name && outcome.status === 'broken'
  return (
    <td data-label={heading} data-column={keyOf(column)} data-side={side}>
      <FieldInput
        field={field}
        value={test[side][field.name] ?? ''}
        label={t('tests.cell', { column: heading, row: number })}
        isWrong={isMissed || isBroken}
        onChange={(feel) => work.change(withCell(work.cases, test.id, side, field.name, feel), `${test.id}/${keyOf(column)}`)}
      />
    </td>
  )
}

const SIGNS: Record<TestOutcome['status'], IconName> = { passed: 'done', failed: 'incident', broken: 'warning', unchecked: 'info' }

function Mark({ outcome, number }: { outcome: TestOutcome | undefined; number: number }) {
  const { t } = useTranslation('processes')
  if (outcome === undefined) return <span className="tl-muted">{number}</span>
  const word = t(`tests.status.${outcome.status}`)
  const hasWarnings = outcome.warnings.length > 0
  return (
    <span data-status={outcome.status} title={word}>
      <Icon name={SIGNS[outcome.status]} size={15} label={word} />
      {hasWarnings && outcome.status !== 'broken' && <Icon name="warning" size={12} label={t('tests.hasWarnings')} />}
    </span>
  )
}

/** The rules of the decision's own table. */
function rulesOf(outcome: TestOutcome | undefined): string {
  const matches = outcome?.trace.at(-1)?.matches ?? []
  return matches.flatMap(({ rules }) => rules.map(({ number }) => number)).join(', ')
}
