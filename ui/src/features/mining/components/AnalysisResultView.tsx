/** What an analysis found: its drawing, tables and notes, its files, and the same by REST and by command. */
import { Button, CopyButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Icon } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'

import { commandOf, fileAddress, resultAddress, type AnalysisRun } from '../analyses'
import type { Analysis, AnalysisResult } from '../api/analyses'
import { cellText, headingOf, unitOf, type Cell, type Table } from '../cells'
import { Drawing } from './Drawing'
import { FileLink } from './FileLink'
import classes from './Analyses.module.css'

interface AnalysisResultProps {
  result: AnalysisResult
  analysis: Analysis
  run: AnalysisRun
}

const SHOWN = 50

export function AnalysisResultView({ result, analysis, run }: AnalysisResultProps) {
  const { t } = useTranslation('mining')
  const say = useServerText()
  // Files of a run with documents are made by POST, which no link can do: the command beside writes them.
  const isLinkable = Object.keys(run.documents).length === 0
  const drawing = result.files.find((file) => file.endsWith('.svg'))
  return (
    <div className={classes.result}>
      {result.notes.map((note) => (
        <p key={note} className={classes.note}>
          <Icon name="info" size={14} /> {say(note)}
        </p>
      ))}
      {isLinkable && drawing !== undefined && (
        <Panel title={t('analysis.drawing')}>
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
          <div className={classes.drawing} role="region" aria-label={t('analysis.drawing')} tabIndex={0}>
            <Drawing run={run} file={drawing} label={t('analysis.drawingOf', { what: t(`analysis.name.${run.name}`, { defaultValue: run.name }) })} />
          </div>
        </Panel>
      )}
      {result.tables.map((table) => (
        <ResultTable key={table.title} table={table} />
      ))}
      <Same result={result} analysis={analysis} run={run} isLinkable={isLinkable} />
    </div>
  )
}

function Same({ result, analysis, run, isLinkable }: AnalysisResultProps & { isLinkable: boolean }) {
  const { t } = useTranslation('mining')
  const command = commandOf(analysis, run)
  return (
    <Panel title={t('analysis.same')}>
      <div className={classes.same}>
        <code>{command}</code>
        <CopyButton value={command}>
          {({ copied, copy }) => (
            <Button variant="default" leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />} onClick={copy}>
              {copied ? t('shared:action.copied') : t('analysis.copy')}
            </Button>
          )}
        </CopyButton>
      </div>
      {isLinkable && (
        <div className={classes.files}>
          <Button component="a" href={resultAddress(run)} target="_blank" rel="noreferrer" variant="default" leftSection={<Icon name="link" size={14} />}>
            JSON
          </Button>
          {result.files.map((file) => (
            <FileLink key={file} href={fileAddress(run, file)} file={file} />
          ))}
        </div>
      )}
    </Panel>
  )
}

function ResultTable({ table }: { table: Table }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const say = useServerText()
  const [shown, setShown] = useState(SHOWN)
  const words = table.columns.map((column) => table.words.includes(column))
  const textOf = (cell: Cell, at: number, index: number): string => {
    if (typeof cell === 'boolean') return t(cell ? 'shared:yes' : 'shared:no')
    if (typeof cell === 'string' && words[index]) return say(cell)
    const column = table.columns[index] ?? ''
    return cellText(cell, column, language, unitOf(table, at, column))
  }
  const isNumber = table.columns.map((_, index) => table.rows.some((row) => typeof row[index] === 'number'))
  return (
    <Panel title={say(table.title)} padding="none">
      {table.rows.length === 0 ? (
        <p className={classes.nothing}>{t('analysis.nothing')}</p>
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard (WCAG 2.1.1)
        <div className={classes.scroll} role="region" aria-label={say(table.title)} tabIndex={0}>
          <table className={classes.table}>
            <thead>
              <tr>
                {table.columns.map((column, index) => (
                  <th key={column} scope="col" data-align={isNumber[index] ? 'end' : undefined}>
                    {say(headingOf(column))}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.slice(0, shown).map((row, at) => (
                <tr key={at}>
                  {row.map((cell, index) => (
                    <td key={table.columns[index]} data-align={isNumber[index] ? 'end' : undefined}>
                      {textOf(cell, at, index)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {table.rows.length > shown && (
        <div className={classes.more}>
          <Button variant="subtle" onClick={() => setShown(shown * 4)}>
            {t('shared:action.showMore')} ({t('of', { shown: formatNumber(shown, language), total: formatNumber(table.rows.length, language) })})
          </Button>
        </div>
      )}
    </Panel>
  )
}
