/** The table of analyses: choose one, set it, run it on the filtered log, read its result. */
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useServerText } from '@/shared/i18n/serverTexts'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'

import { analysesQuery, type Analysis } from '../api/analyses'
import type { LogDetail } from '../api/logs'
import type { LogQuery } from '../filters'
import { useGo, useLogSearch } from '../hooks/useLogView'
import classes from './Analyses.module.css'
import { AnalysisView } from './AnalysisView'

export function AnalysesTab({ log, query }: { log: LogDetail; query: LogQuery }) {
  const analyses = useQuery(analysesQuery)
  return (
    <Async query={analyses} rows={10}>
      {({ items }) => <Chooser log={log} query={query} analyses={items} />}
    </Async>
  )
}

function Chooser({ log, query, analyses }: { log: LogDetail; query: LogQuery; analyses: Analysis[] }) {
  const { t } = useTranslation('mining')
  const { analysis: name } = useLogSearch()
  const go = useGo()
  const chosen = analyses.find((each) => each.name === name)
  const title = (each: Analysis): string => t(`analysis.name.${each.name}`, { defaultValue: each.name })
  return (
    <div className={classes.page}>
      <Select
        className={classes.narrow}
        label={t('analysis.choose')}
        searchable
        data={analyses.map((each) => ({ value: each.name, label: title(each) }))}
        value={chosen?.name ?? null}
        onChange={(next) => go((before) => ({ ...before, analysis: next ?? undefined, parameters: undefined }))}
      />
      <nav className={classes.list} aria-label={t('analysis.choose')}>
        <ul>
          {analyses.map((each) => (
            <li key={each.name}>
              <Link
                from="/mining/logs/$logId"
                to="."
                search={(before) => ({ ...before, analysis: each.name, parameters: undefined })}
                aria-current={each.name === name ? 'page' : undefined}
              >
                {title(each)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {chosen === undefined ? (
        <Empty icon="chart" title={t('analysis.none')} text={t('analysis.noneText')} />
      ) : (
        <Chosen key={chosen.name} log={log} query={query} analysis={chosen} title={title(chosen)} />
      )}
    </div>
  )
}

function Chosen({ log, query, analysis, title }: { log: LogDetail; query: LogQuery; analysis: Analysis; title: string }) {
  const say = useServerText()
  return (
    <section className={classes.chosen} aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.summary}>{say(analysis.summary)}</p>
      <AnalysisView log={log} query={query} analysis={analysis} />
    </section>
  )
}
