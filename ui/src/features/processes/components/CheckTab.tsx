/** What is wrong with the open table: gaps, overlaps and more after every edit, each with an example. */
import { Button, SegmentedControl } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Finding } from '@/shared/api/problem'
import type { RuleMark } from '@/shared/dmn/ruleMarks'
import { findingText } from '@/shared/i18n/problemTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon, type IconName } from '@/shared/ui/Icon'
import { FindingList, Problem } from '@/shared/ui/Problem'

import { exportTable, tableCheckQuery, type TableCheck, type TableFinding } from '../api/decisionTables'
import type { DecisionEditor } from '../editor/decisionModeler'
import { SEVERITIES, type Severity } from '../routes'
import { added } from '../tests/edits'
import { inputsOf } from '../tests/examples'
import classes from './CheckTab.module.css'
import type { PanelTabProps } from './DecisionPanel'

const QUIET_MS = 350
const SIGN: Record<Severity, IconName> = { error: 'incident', warning: 'warning', information: 'info' }

export function CheckTab({ editor, xml, view }: PanelTabProps) {
  const { t } = useTranslation('processes')
  const [asked] = useDebouncedValue(xml, QUIET_MS)
  const check = useQuery(tableCheckQuery(asked))
  return (
    <Async query={check} rows={3}>
      {({ findings, tables }) => {
        const ids = view.type === 'decisionTable' ? editor.tableIds(view.id) : null
        const table = ids === null ? undefined : tables.find(({ table_id, name }) => (table_id === null ? name === view.name : table_id === ids.tableId))
        return (
          <div className={classes.check} aria-busy={check.isFetching}>
            {check.error !== null && <Problem error={check.error} />}
            {table === undefined ? (
              <Empty icon="table" title={t('check.noTable')} text={t('check.noTableText')} />
            ) : (
              <>
                <TableFindings key={view.id} editor={editor} decisionId={view.id} table={table} />
                <TableExport xml={xml} decisionId={view.id} name={view.name} />
              </>
            )}
            {findings.length > 0 && (
              <section>
                <h3>{t('check.ofFile')}</h3>
                <FindingList findings={findings} />
              </section>
            )}
          </div>
        )
      }}
    </Async>
  )
}

interface TableFindingsProps {
  editor: DecisionEditor
  decisionId: string
  table: TableCheck
}

function TableFindings({ editor, decisionId, table }: TableFindingsProps) {
  const { t } = useTranslation('processes')
  const { severity } = useSearch({ from: '/shell/processes/drafts/$draftId' })
  const [chosen, setChosen] = useState<string | null>(null)
  const shown = table.findings.filter(({ finding }) => severity === undefined || finding.severity === severity)
  const current = shown.find((one) => keyOf(one) === chosen)

  useEffect(() => {
    editor.markRules(current === undefined ? [] : marksOf(current, editor, decisionId))
    return () => editor.markRules([])
  }, [editor, decisionId, current])

  if (table.findings.every(({ finding }) => finding.severity === 'information') && severity === undefined)
    return (
      <>
        <Clean table={table} />
        <Findings findings={shown} chosen={chosen} onChoose={setChosen} editor={editor} decisionId={decisionId} />
      </>
    )
  return (
    <>
      <Filter findings={table.findings.map(({ finding }) => finding)} />
      <p className="tl-muted">{t('check.checked', { rules: table.rules, cells: table.cells })}</p>
      {shown.length === 0 && <p role="status">{t('check.none')}</p>}
      <Findings findings={shown} chosen={chosen} onChoose={setChosen} editor={editor} decisionId={decisionId} />
    </>
  )
}

function Clean({ table }: { table: TableCheck }) {
  const { t } = useTranslation('processes')
  return (
    <div className={classes.clean} role="status">
      <Icon name="done" size={20} />
      <div>
        <strong>{t(table.is_complete && table.findings.length === 0 ? 'check.clean' : 'check.cleanButList')}</strong>
        <p>
          {t('check.cleanText', { rules: table.rules, cells: table.cells })}{' '}
          {table.unread_cells > 0 && t('check.unread', { count: table.unread_cells })}
        </p>
      </div>
    </div>
  )
}

function Filter({ findings }: { findings: Finding[] }) {
  const { t } = useTranslation('processes')
  const { severity } = useSearch({ from: '/shell/processes/drafts/$draftId' })
  const navigate = useNavigate({ from: '/processes/drafts/$draftId' })
  const count = (of: Severity) => findings.filter((one) => one.severity === of).length
  return (
    <SegmentedControl
      size="xs"
      className={classes.filter}
      aria-label={t('check.filter')}
      value={severity ?? 'all'}
      data={[
        { value: 'all', label: `${t('check.all')} ${findings.length}` },
        ...SEVERITIES.map((one) => ({ value: one, label: `${t(`check.${one}`)} ${count(one)}` })),
      ]}
      onChange={(next) =>
        void navigate({ search: (before) => ({ ...before, severity: SEVERITIES.find((one) => one === next) }), replace: true })
      }
    />
  )
}

interface FindingsProps {
  findings: TableFinding[]
  chosen: string | null
  onChoose: (key: string | null) => void
  editor: DecisionEditor
  decisionId: string
}

function Findings({ findings, chosen, onChoose, editor, decisionId }: FindingsProps) {
  return (
    <ul className={classes.findings}>
      {findings.map((one) => {
        const key = keyOf(one)
        return (
          <li key={key} data-severity={one.finding.severity} data-chosen={key === chosen || undefined}>
            <OneFinding
              finding={one}
              isChosen={key === chosen}
              onChoose={() => onChoose(key === chosen ? null : key)}
              editor={editor}
              decisionId={decisionId}
            />
          </li>
        )
      })}
    </ul>
  )
}

interface OneFindingProps {
  finding: TableFinding
  isChosen: boolean
  onChoose: () => void
  editor: DecisionEditor
  decisionId: string
}

function OneFinding({ finding: one, isChosen, onChoose, editor, decisionId }: OneFindingProps) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const navigate = useNavigate({ from: '/processes/drafts/$draftId' })
  const text = findingText(one.finding, t, language)
  const inputs = one.example.length === 0 ? null : inputsOf(one.example, editor.inputNames(decisionId))

  function tryExample(): void {
    if (inputs === null) return
    const name = t('check.exampleName', { rule: t(`findings:${one.finding.rule}.title`) })
    editor.setTestCases(decisionId, added(editor.testCases(decisionId), [{ name, inputs }]))
    void navigate({ search: (before) => ({ ...before, panel: 'tests' as const }), replace: true })
  }

  return (
    <>
      <Icon name={SIGN[one.finding.severity]} size={14} label={t(`shared:severity.${one.finding.severity}`)} />
      <div>
        <button type="button" className={classes.message} aria-pressed={isChosen} disabled={one.rules.length === 0} onClick={onChoose}>
          {text.message}
        </button>
        <p className="tl-muted">{text.remedy}</p>
        <div className={classes.actions}>
          {one.new_rule.length > 0 && (
            <Button size="compact-xs" variant="default" leftSection={<Icon name="plus" size={12} />} onClick={() => editor.addRule(one.new_rule)}>
              {t('check.addRule')}
            </Button>
          )}
          {inputs !== null && (
            <Button size="compact-xs" variant="default" leftSection={<Icon name="running" size={12} />} onClick={tryExample}>
              {t('check.tryExample')}
            </Button>
          )}
          {one.new_rule.length > 0 && <span className="tl-muted">{t('check.newRule', { cells: one.new_rule.join(' · ') })}</span>}
        </div>
      </div>
    </>
  )
}

/** The open table as a spreadsheet, which can be read back. */
function TableExport({ xml, decisionId, name }: { xml: string; decisionId: string; name: string }) {
  const { t } = useTranslation('processes')
  const save = useMutation({
    mutationFn: async (format: 'csv' | 'xlsx') => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(await exportTable(xml, decisionId, format))
      link.download = `${name}.${format}`
      link.click()
      URL.revokeObjectURL(link.href)
    },
  })
  return (
    <div className={classes.actions}>
      {save.error !== null && <Problem error={save.error} />}
      {(['csv', 'xlsx'] as const).map((format) => (
        <Button
          key={format}
          size="compact-xs"
          variant="subtle"
          color="gray"
          loading={save.isPending && save.variables === format}
          leftSection={<Icon name="download" size={12} />}
          onClick={() => save.mutate(format)}
        >
          {t(`export.${format}`)}
        </Button>
      ))}
    </div>
  )
}

function keyOf({ finding, rules, column }: TableFinding): string {
  return [finding.rule, rules.join(','), column ?? '', finding.message].join('|')
}

/** The rules of a finding in the table; only the cell, where it speaks of one. */
function marksOf({ rules, column }: TableFinding, editor: DecisionEditor, decisionId: string): RuleMark[] {
  const ids = editor.tableIds(decisionId)
  const columnId = column === null ? undefined : ids?.columnIds[column - 1]
  return rules.flatMap((number) => {
    const ruleId = ids?.ruleIds[number - 1]
    return ruleId === undefined ? [] : [{ ruleId, columnId, tone: 'finding' as const }]
  })
}
