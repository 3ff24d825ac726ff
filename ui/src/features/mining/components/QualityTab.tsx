/** How far the log can be trusted, what it cannot tell, and what happens in it. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Finding } from '@/shared/api/problem'
import { findingText } from '@/shared/i18n/problemTexts'
import { Chart } from '@/shared/charts/Chart'
import type { ChartOption } from '@/shared/charts/echarts'
import { formatNumber, formatShare } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Empty } from '@/shared/ui/Empty'
import { EvidenceNumber } from '@/shared/ui/EvidenceNumber'
import { Icon } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'
import { FindingList } from '@/shared/ui/Problem'

import { reviewQuery, type LogDetail, type Review } from '../api/logs'
import type { LogQuery } from '../filters'
import { casesThat } from '../filterSteps'
import { isNoCases, NoCases } from './LogPage'
import { Looked } from './Looked'
import classes from './Review.module.css'
import { BarList } from './BarList'
import { Resources } from './Resources'

export function QualityTab({ log, query }: { log: LogDetail; query: LogQuery }) {
  const review = useQuery({ ...reviewQuery(log.log_id, query), retry: false })
  if (isNoCases(review.error)) return <NoCases />
  return (
    <Looked query={review} logId={log.log_id} look="review">
      {(report) => <Report report={report} />}
    </Looked>
  )
}

function Report({ report }: { report: Review }) {
  return (
    <div className={classes.grid}>
      <Score report={report} />
      <div className={classes.stack}>
        <Unknowable report={report} />
        <Findings report={report} />
      </div>
      <Durations report={report} />
      <RubberStamps report={report} />
      <Rework report={report} />
      <Ends report={report} />
      <Handovers report={report} />
      <Resources resources={report.resources} />
    </div>
  )
}

function Score({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { score, components } = report.quality
  return (
    <Panel title={t('quality.title')}>
      <EvidenceNumber
        size="large"
        label={t('quality.score')}
        value={score}
        n={report.events}
        format={(value) => t('quality.of100', { value: formatNumber(value, language) })}
        how={t('quality.how')}
      />
      <BarList
        label={t('quality.components')}
        heads={[t('quality.component'), t('quality.points'), t('quality.weight')]}
        rows={components.map((component) => ({
          key: component.name,
          name: t(`quality.part.${component.name}`, { defaultValue: component.name }),
          note: t(`quality.partText.${component.name}`, { defaultValue: '' }),
          share: component.score / 100,
          values: [formatNumber(component.score, language), formatShare(component.weight / 100, language)],
        }))}
      />
    </Panel>
  )
}

function Unknowable({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { unknowable } = report.quality
  return (
    <Panel title={t('unknowable.title')}>
      {unknowable.length === 0 ? (
        <p className={classes.quiet}>{t('unknowable.none')}</p>
      ) : (
        <ul className={classes.unknown}>
          {unknowable.map((each) => {
            const text = findingText(asFinding(each), t, language)
            return (
              <li key={each.rule}>
                <span>{text.message}</span>
                {text.remedy !== '' && <span className="tl-muted">{t('unknowable.needs', { what: text.remedy })}</span>}
              </li>
            )
          })}
        </ul>
      )}
    </Panel>
  )
}

/** A question without answer is told by its rule, like a finding. */
function asFinding({ rule, question, needs, parameters }: Review['quality']['unknowable'][number]): Finding {
  return { rule, severity: 'information', message: question, remedy: needs, place: { source: '' }, parameters }
}

function Findings({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const { findings } = report.quality
  return (
    <Panel title={t('findings.title', { count: findings.length })}>
      {findings.length === 0 ? (
        <p className={classes.quiet}>
          <Icon name="check" size={14} /> {t('findings.none')}
        </p>
      ) : (
        <FindingList findings={findings} />
      )}
    </Panel>
  )
}

function Durations({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { median_s, mean_s, p95_s, histogram } = report.durations
  const say = (seconds: number): string => formatDuration(seconds, language)
  const rows = useMemo(
    () => histogram.map((bin): [string, number] => [`${formatDuration(bin.from_s, language) || '0'} – ${formatDuration(bin.to_s, language)}`, bin.cases]),
    [histogram, language],
  )
  const option = useMemo<ChartOption>(
    () => ({
      xAxis: { type: 'category', data: rows.map(([range]) => range), axisLabel: { formatter: (range: string) => range.split(' – ')[0] ?? '' } },
      yAxis: { type: 'value', minInterval: 1 },
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      series: [{ type: 'bar', name: t('count.cases'), data: rows.map(([, cases]) => cases), barCategoryGap: '10%' }],
    }),
    [rows, t],
  )
  return (
    <Panel title={t('durations.title')}>
      <div className={classes.numbers}>
        <EvidenceNumber label={t('durations.median')} value={median_s} format={say} n={report.cases} how={t('durations.how')} />
        <EvidenceNumber label={t('durations.mean')} value={mean_s} format={say} />
        <EvidenceNumber label={t('durations.p95')} value={p95_s} format={say} />
      </div>
      <Chart
        label={t('durations.chart')}
        option={option}
        height={150}
        table={{ columns: [t('durations.range'), t('count.cases')], rows }}
        legend={<span className={classes.legend}>{t('durations.lastBin')}</span>}
      />
    </Panel>
  )
}

function RubberStamps({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { count, of, share, by_activity } = report.rubber_stamps
  return (
    <Panel title={t('stamps.title')}>
      <EvidenceNumber
        size="large"
        label={t('stamps.label')}
        value={share}
        format={(value) => formatShare(value, language, 1)}
        n={of}
        how={t('stamps.how', { count: formatNumber(count, language), of: formatNumber(of, language) })}
        needs={t('stamps.needs')}
      />
      {share !== null && (
        <>
          <p className={classes.quiet}>{t('stamps.text')}</p>
          <BarList
            label={t('stamps.byActivity')}
            heads={[t('activity'), t('stamps.quick'), t('share')]}
            limit={6}
            rows={by_activity.map((row) => ({
              key: row.activity,
              name: row.activity,
              share: row.share,
              values: [`${formatNumber(row.count, language)} / ${formatNumber(row.of, language)}`, formatShare(row.share, language)],
            }))}
          />
        </>
      )}
    </Panel>
  )
}

function Rework({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (
    <Panel title={t('rework.title')}>
      {report.rework.length === 0 ? (
        <Empty icon="done" title={t('rework.none')} />
      ) : (
        <BarList
          label={t('rework.title')}
          heads={[t('activity'), t('rework.cases'), t('rework.repeats'), t('rework.share')]}
          limit={6}
          rows={report.rework.map((row) => ({
            key: row.activity,
            name: row.activity,
            share: row.share,
            filter: casesThat({ type: 'repeats', activities: [row.activity] }),
            values: [formatNumber(row.cases, language), formatNumber(row.repeats, language), formatShare(row.share, language, 1)],
          }))}
        />
      )}
    </Panel>
  )
}

function Ends({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const list = (rows: Review['start_activities'], label: string, type: 'starts_with' | 'ends_with'): ReactNode => (
    <BarList
      label={label}
      heads={[label, t('count.cases'), t('share')]}
      limit={5}
      rows={rows.map((row) => ({
        key: row.activity,
        name: row.activity,
        share: row.cases / report.cases,
        filter: casesThat({ type, activities: [row.activity] }),
        values: [formatNumber(row.cases, language), formatShare(row.cases / report.cases, language, 1)],
      }))}
    />
  )
  return (
    <Panel title={t('ends.title')}>
      {list(report.start_activities, t('ends.starts'), 'starts_with')}
      {list(report.end_activities, t('ends.ends'), 'ends_with')}
    </Panel>
  )
}

function Handovers({ report }: { report: Review }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const part = (kind: 'handovers' | 'role_handovers'): ReactNode => {
    const { share, count, of, top } = report[kind]
    return (
      <div>
        <EvidenceNumber
          label={t(`${kind}.label`)}
          value={share}
          format={(value) => formatShare(value, language, 1)}
          n={of}
          how={t(`${kind}.how`, { count: formatNumber(count, language), of: formatNumber(of, language) })}
          needs={t(`${kind}.needs`)}
        />
        {top.length > 0 && (
          <BarList
            label={t(`${kind}.label`)}
            heads={[t('handovers.pair'), t('handovers.count')]}
            limit={5}
            rows={top.map((row) => ({
              key: `${row.source} → ${row.target}`,
              name: `${row.source} → ${row.target}`,
              share: count === 0 ? 0 : row.count / count,
              values: [formatNumber(row.count, language)],
            }))}
          />
        )}
      </div>
    )
  }
  return (
    <Panel title={t('handovers.title')}>
      <div className={classes.stack}>
        {part('handovers')}
        {part('role_handovers')}
      </div>
    </Panel>
  )
}
