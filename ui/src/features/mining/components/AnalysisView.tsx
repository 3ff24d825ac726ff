/** One analysis: its form, and what the last run in the address brought. */
import { Button } from '@mantine/core'
import { skipToken, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { useLanguage } from '@/shared/i18n/useLanguage'
import { Problem } from '@/shared/ui/Problem'
import { Loading } from '@/shared/ui/Loading'

import { givenOnly, missingOf, shownValue, type AnalysisRun } from '../analyses'
import { analysisQuery, analysisWorkKey, type Analysis, type AnalysisResult } from '../api/analyses'
import type { LogDetail, Work } from '../api/logs'
import type { LogQuery, ParameterValue } from '../filters'
import { useGo, useLogSearch } from '../hooks/useLogView'
import classes from './Analyses.module.css'
import { AnalysisResultView } from './AnalysisResultView'
import { isNoCases, NoCases } from './LogPage'
import { ParameterField } from './ParameterField'
import { WorkProgress } from './WorkProgress'

interface AnalysisViewProps {
  log: LogDetail
  query: LogQuery
  analysis: Analysis
}

const NOTHING = {}

export function AnalysisView({ log, query, analysis }: AnalysisViewProps) {
  const { t } = useTranslation('mining')
  const { parameters = NOTHING, ran = false } = useRun()
  const go = useGo()
  const client = useQueryClient()
  const language = useLanguage()
  const [values, setValues] = useState<Record<string, ParameterValue | undefined>>(() =>
    Object.fromEntries(analysis.parameters.map((each) => [each.name, shownValue(each, parameters, language)])),
  )
  const [documents, setDocuments] = useState<Record<string, string>>({})
  const [sent, setSent] = useState<Record<string, string>>(NOTHING)
  const run: AnalysisRun = { logId: log.log_id, name: analysis.name, query, parameters: givenOnly(analysis, parameters), documents: sent }
  const next = { parameters: givenOnly(analysis, values), documents }
  const isReady = ran && missingOf(analysis, run).length === 0
  const result = useQuery({ ...analysisQuery(run), enabled: isReady })

  function start(event: FormEvent): void {
    event.preventDefault()
    const isSame = isReady && JSON.stringify([next.parameters, next.documents]) === JSON.stringify([run.parameters, run.documents])
    setSent(documents)
    client.removeQueries({ queryKey: analysisWorkKey(run) })
    if (isSame) void result.refetch()
    else go((before) => ({ ...before, analysis: analysis.name, parameters: next.parameters }))
  }

  return (
    <>
      <form className={classes.form} onSubmit={start}>
        {analysis.parameters.map((each) => (
          <ParameterField
            key={each.name}
            log={log}
            parameter={each}
            value={values[each.name]}
            onChange={(value) => setValues({ ...values, [each.name]: value })}
            onDocument={(text) => setDocuments(Object.fromEntries(Object.entries({ ...documents, [each.name]: text }).filter(([, kept]) => kept !== '')))}
          />
        ))}
        <Button type="submit" disabled={result.isFetching || missingOf(analysis, next).length > 0}>
          {t('analysis.run')}
        </Button>
      </form>
      {isReady ? <Outcome result={result} analysis={analysis} run={run} /> : <p className="tl-muted">{t('analysis.notRun')}</p>}
    </>
  )
}

interface OutcomeProps {
  result: UseQueryResult<AnalysisResult>
  analysis: Analysis
  run: AnalysisRun
}

function Outcome({ result, analysis, run }: OutcomeProps) {
  const { data: work } = useQuery<Work>({ queryKey: analysisWorkKey(run), queryFn: skipToken, gcTime: 0 })
  if (result.isFetching) return work === undefined ? <Loading rows={6} /> : <WorkProgress work={work} />
  if (result.data !== undefined && result.error === null) return <AnalysisResultView result={result.data} analysis={analysis} run={run} />
  return isNoCases(result.error) ? <NoCases /> : <Problem error={result.error} onRetry={() => void result.refetch()} />
}

/** The parameters in the address say that somebody ran it: a link shows what its sender saw. */
function useRun(): { parameters?: Record<string, ParameterValue>; ran: boolean } {
  const { parameters } = useLogSearch()
  return { parameters, ran: parameters !== undefined }
}
