/** Small facts of a log that several pages show. */
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { formatShort } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'

import type { LogDetail, LogSummary } from '../api/logs'
import classes from './facts.module.css'

/** A synthetic log is marked wherever it shows: its numbers say nothing about anybody's work. */
export function LogBadges({ log }: { log: Pick<LogSummary, 'is_synthetic'> & { is_engine_history?: boolean } }) {
  const { t } = useTranslation('mining')
  return (
    <>
      {log.is_synthetic && (
        <span className={classes.badge} data-look="synthetic" title={t('badge.syntheticText')}>
          {t('badge.synthetic')}
        </span>
      )}
      {log.is_engine_history === true && <span className={classes.badge}>{t('badge.history')}</span>}
    </>
  )
}

/** How old a log of the process's own history is, and how much has happened since. */
export function HistoryAge({ log: { history } }: { log: LogDetail }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  if (history === null || history === undefined) return null
  const { newer_events: count, read_at: at } = history
  return <span>{t('facts.history', { count, number: formatNumber(count, language), at: formatShort(at, language) })}</span>
}

type Dated = Pick<LogSummary, 'first_event_at' | 'last_event_at' | 'timezone'>

/** First to last day, in the log's own zone. */
export function Period({ log }: { log: Dated }) {
  const { t } = useTranslation('shared')
  const language = useLanguage()
  if (log.first_event_at === null || log.last_event_at === null) return <span className="tl-muted">{t('unknown')}</span>
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric', month: 'short', year: 'numeric', timeZone: log.timezone ?? 'UTC',
  })
  return (
    <span className="tl-number" title={`${log.first_event_at} – ${log.last_event_at}`}>
      {format.formatRange(new Date(log.first_event_at), new Date(log.last_event_at))}
    </span>
  )
}
