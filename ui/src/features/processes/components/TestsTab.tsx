/** The test cases of the open decision: run after every edit, with what came out and which rules matched. */
import { Button, FileButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { RuleMark } from '@/shared/dmn/ruleMarks'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import { proposeCases, testRunQuery, type TestReport } from '../api/tests'
import { useTestCases, type TestCaseWork } from '../hooks/useTestCases'
import { added } from '../tests/edits'
import { casesOf, cellsOf, columnsOf, separatorOf } from '../tests/grid'
import type { PanelTabProps } from './DecisionPanel'
import { TestDetail } from './TestDetail'
import { TestTable } from './TestTable'
import classes from './Tests.module.css'

const QUIET_MS = 350
const DECISIONS = ['decisionTable', 'literalExpression']

export function TestsTab(props: PanelTabProps) {
  const { t } = useTranslation('processes')
  if (!DECISIONS.includes(props.view.type))
    return <Empty icon="table" title={t('tests.noDecision')} text={t('tests.noDecisionText')} />
  return <Tests key={props.view.id} {...props} />
}

function Tests({ editor, xml, view }: PanelTabProps) {
  const work = useTestCases(editor, view.id)
  const { cases } = work
  const [asked] = useDebouncedValue(
    useMemo(() => ({ xml, cases, decisionId: view.id }), [xml, cases, view.id]),
    QUIET_MS,
  )
  const run = useQuery(testRunQuery(asked))
  const [selected, setSelected] = useState<string | null>(null)
  const report = run.data

  useEffect(() => {
    if (report !== undefined) editor.markRules(marksOf(report, selected))
    return () => editor.markRules([])
  }, [editor, report, selected])

  return (
    <Async query={run} rows={3}>
      {(shown) => (
        <div className={classes.tests}>
          {run.error !== null && <Problem error={run.error} />}
          <Undeclared names={shown.interface.undeclared} onDeclare={(name) => editor.declareInput(view.id, name)} />
          <Bar work={work} report={shown} xml={xml} isRunning={run.isFetching} />
          {cases.length > 0 && (
            <>
              <TestTable work={work} report={shown} selected={selected} onSelect={setSelected} />
              <Hits report={shown} />
              <TestDetail outcome={shown.outcomes.find((each) => each.case.id === selected)} />
            </>
          )}
        </div>
      )}
    </Async>
  )
}

/** Every rule says how many cases it matched; the rules behind the selected case, or never matched, have a ground. */
function marksOf({ outcomes, rules }: TestReport, selected: string | null): RuleMark[] {
  if (outcomes.length === 0) return []
  const trace = outcomes.find((each) => each.case.id === selected)?.trace ?? []
  const matched = new Set(trace.flatMap(({ matches }) => matches.flatMap((match) => match.rules.map(({ id }) => id))))
  return rules.flatMap(({ id, hits }) => {
    if (id === null) return []
    const tone = matched.has(id) ? 'matched' : hits === 0 && selected === null ? 'never' : undefined
    return [{ ruleId: id, note: `${hits}×`, tone }]
  })
}

function Undeclared({ names, onDeclare }: { names: readonly string[]; onDeclare: (name: string) => void }) {
  const { t } = useTranslation('processes')
  return names.map((name) => (
    <p key={name} className={classes.notice} role="status">
      <Icon name="warning" size={14} /> {t('tests.undeclared', { name })}
      <Button size="compact-xs" variant="default" onClick={() => onDeclare(name)}>
        {t('tests.declare')}
      </Button>
    </p>
  ))
}

interface BarProps {
  work: TestCaseWork
  report: TestReport
  xml: string
  isRunning: boolean
}

function Bar({ work, report, xml, isRunning }: BarProps) {
  const { t } = useTranslation('processes')
  const decision = report.interface
  const propose = useMutation({
    mutationFn: () => proposeCases(xml, decision.decision_id),
    onSuccess: (made) => work.change(added(work.cases, made.map((each, at) => ({ ...each, name: t('tests.ofRule', { number: at + 1 }) })))),
  })
  const read = useMutation({
    mutationFn: async (file: File) => {
      const text = await file.text()
      const rows = cellsOf(text.replace(/^\uFEFF/, ''), separatorOf(text))
      return casesOf(rows, { columns: columnsOf(report), decision: decision.name })
    },
    onSuccess: (made) => work.change(added(work.cases, made)),
  })
  const buttons = (
    <>
      <Button size="compact-xs" variant="default" leftSection={<Icon name="plus" size={12} />} onClick={() => work.change(added(work.cases))}>
        {t('tests.add')}
      </Button>
      {decision.rules.length > 0 && (
        <Button size="compact-xs" variant="default" loading={propose.isPending} leftSection={<Icon name="table" size={12} />} onClick={() => propose.mutate()}>
          {t('tests.fill')}
        </Button>
      )}
      <FileButton accept=".csv,.tsv,.txt" onChange={(file) => file !== null && read.mutate(file)}>
        {(props) => (
          <Button {...props} size="compact-xs" variant="default" leftSection={<Icon name="upload" size={12} />}>
            {t('tests.import')}
          </Button>
        )}
      </FileButton>
    </>
  )
  const error = propose.error ?? read.error
  if (work.cases.length === 0)
    return (
      <>
        {error !== null && <Problem error={error} />}
        <Empty icon="table" title={t('tests.none')} text={t('tests.noneText')} action={<div className={classes.bar}>{buttons}</div>} />
        {work.canUndo && <UndoButtons work={work} />}
      </>
    )
  return (
    <>
      {error !== null && <Problem error={error} />}
      <div className={classes.bar}>
        {buttons}
        <UndoButtons work={work} />
        <Summary counts={report.counts} isRunning={isRunning} />
      </div>
    </>
  )
}

function UndoButtons({ work }: { work: TestCaseWork }) {
  const { t } = useTranslation('processes')
  return (
    <span>
      <Button size="compact-xs" variant="subtle" color="gray" disabled={!work.canUndo} onClick={work.undo}>
        {t('tests.undo')}
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" disabled={!work.canRedo} onClick={work.redo}>
        {t('tests.redo')}
      </Button>
    </span>
  )
}

const SIGNS = { passed: 'done', failed: 'incident', broken: 'warning', unchecked: 'info' } as const
type Status = keyof typeof SIGNS

function Summary({ counts, isRunning }: { counts: Record<string, number>; isRunning: boolean }) {
  const { t } = useTranslation('processes')
  const statuses = (Object.keys(SIGNS) as Status[]).filter((status) => (counts[status] ?? 0) > 0)
  return (
    <span className={classes.summary} role="status" aria-busy={isRunning}>
      {statuses.map((status) => (
        <span key={status} data-status={status}>
          <Icon name={SIGNS[status]} size={13} /> {t(`tests.count.${status}`, { count: counts[status] ?? 0 })}
        </span>
      ))}
    </span>
  )
}

function Hits({ report }: { report: TestReport }) {
  const { t } = useTranslation('processes')
  if (report.rules.length === 0) return null
  const never = report.rules.filter(({ hits }) => hits === 0).map(({ number }) => number)
  return (
    <p className={classes.hits}>
      {t('tests.hits')}{' '}
      {report.rules.map(({ number, hits }) => (
        <span key={number} data-never={hits === 0 || undefined}>
          {t('tests.rule', { number, hits })}
        </span>
      ))}
      {never.length > 0 && <strong>{t('tests.never', { rules: never.join(', ') })}</strong>}
    </p>
  )
}
