/** Small facts of a log that several pages show. */
import { useTranslation } from 'react-i18next'

import { useLanguage } from '@/shared/i18n/useLanguage'

import type { LogSummary } from '../api/logs'
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
