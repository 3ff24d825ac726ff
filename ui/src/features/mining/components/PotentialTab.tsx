/** Which activities are worth automating: score with its interval, what makes it, the class and why. */
import { Button, Select } from '@mantine/core'
import { skipToken, useQuery } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { categorical } from '@/shared/theme/theme'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon, type IconName } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'

import { calendarsQuery, lookWorkKey, potentialQuery, ratesQuery, type Amount, type LogDetail, type Potential, type PotentialActivity, type Work } from '../api/logs'
import type { LogQuery } from '../filters'
import { useGo, useLogSearch } from '../hooks/useLogView'
import { DraftAutomation } from './DraftAutomation'
import { isNoCases, NoCases } from './LogPage'
import classes from './Potential.module.css'
import { PotentialDetail } from './PotentialDetail'
import { RatesDialog } from './RatesDialog'
import { WorkProgress } from './WorkProgress'

export const KINDS = ['repetition', 'regularity', 'little_time', 'little_judgement', 'few_errors']

/** Features of one kind of evidence share a colour: five colours can be told apart and remembered, twelve cannot. */
export function kindColour(kind: string): string {
  return categorical[KINDS.indexOf(kind) % categorical.length] ?? categorical[6]
}

/** Kendall's tau from which on an order is called stable. */
const STABLE = 0.8
/** And from which on the kinds of evidence are said to agree: other weights move more than other cases do. */
const AGREED = 0.6

type Class = PotentialActivity['potential_class']
const SIGN: Record<Class, IconName> = { eliminate: 'trash', 'decide-by-rule': 'table', 'call-an-api': 'process', assist: 'edit', 'keep-human': 'user', 'cannot-tell': 'info' }

export function PotentialTab({ log, query }: { log: LogDetail; query: LogQuery }) {
  const { t } = useTranslation('mining')
  const can = useCan()
  const { calendar } = useLogSearch()
  const potential = useQuery({ ...potentialQuery(log.log_id, query, calendar), retry: false })
  const { data: work } = useQuery<Work>({ queryKey: lookWorkKey(log.log_id, 'potential'), queryFn: skipToken, gcTime: 0 })
  const rates = useQuery(ratesQuery(log.log_id))
  const [open, setOpen] = useState<'rates' | 'draft' | null>(null)
  if (isNoCases(potential.error)) return <NoCases />
  return (
    <>
      <div className={classes.tools}>
        <p className={classes.lead}>{t('potential.lead')}</p>
        {can('process.view') && <CalendarChoice calendar={calendar} />}
        {can('log.edit') && (
          <Button variant="default" leftSection={<Icon name="upload" size={14} />} onClick={() => setOpen('rates')}>
            {t('rates.action')}
          </Button>
        )}
        {can('process.edit') && (
          <Button leftSection={<Icon name="draft" size={14} />} onClick={() => setOpen('draft')}>
            {t('draft.action')}
          </Button>
        )}
      </div>
      {potential.isFetching && work !== undefined && <WorkProgress work={work} />}
      <Async query={potential} rows={12}>
        {(data) =>
          data.activities.length === 0 ? (
            <Empty icon="mining" title={t('potential.none')} />
          ) : (
            <>
              {typeof rates.data?.currency === 'string' && data.activities.every((row) => row.money === null) && (
                <p className={classes.note}>
                  <Icon name="info" size={14} /> {t('rates.noMoney', { currency: rates.data.currency })}
                </p>
              )}
              <Ranking potential={data} />
            </>
          )
        }
      </Async>
      {open === 'rates' && <RatesDialog log={log} onClose={() => setOpen(null)} />}
      {open === 'draft' && <DraftAutomation log={log} onClose={() => setOpen(null)} />}
    </>
  )
}

/** By which hours work is counted: those that the log shows, or a business calendar; nothing to choose without one. */
function CalendarChoice({ calendar }: { calendar: string | undefined }) {
  const { t } = useTranslation('mining')
  const go = useGo()
  const calendars = useQuery(calendarsQuery())
  const names = (calendars.data ?? []).map(({ name }) => name)
  if (names.length === 0 && calendar === undefined) return null
  return (
    <Select
      size="xs"
      aria-label={t('workingHours.choice')}
      placeholder={t('workingHours.ofLog')}
      data={calendar === undefined || names.includes(calendar) ? names : [...names, calendar]}
      value={calendar ?? null}
      clearable
      onChange={(chosen) => go((before) => ({ ...before, calendar: chosen ?? undefined }), 'replace')}
    />
  )
}

/** In which hours work was counted, with the week as a list of spans. */
function WorkingHours({ hours }: { hours: Potential['working_hours'] }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' })
  const open = WEEK.map((name, index) => ({ name: day.format(Date.UTC(2024, 0, 1 + index)), spans: hours.week[name] ?? [] })).filter(({ spans }) => spans.length > 0)
  const week = new Intl.ListFormat(language, { style: 'narrow' }).format(open.map(({ name, spans }) => `${name} ${spans.join(' ')}`))
  const values = { week: week === '' ? t('workingHours.neverOpen') : week, name: hours.name, version: hours.version ?? '–', zone: hours.zone, own: hours.own, shared: hours.shared }
  const reason = t(`workingHours.reason.${hours.reason}`, { defaultValue: hours.reason })
  return (
    <>
      {t(`workingHours.${hours.basis}`, { ...values, reason, support: formatShare(hours.support ?? 0, language), defaultValue: hours.text })}
      {hours.basis === 'discovered' && hours.own > 0 && <> {t('workingHours.own', values)}</>}
    </>
  )
}

const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

function Ranking({ potential }: { potential: Potential }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { activity } = useLogSearch()
  const go = useGo()
  const hasMoney = potential.activities.some((row) => row.money !== null)
  const hasHours = potential.activities.some((row) => row.hours !== null)
  const columns = 5 + Number(hasHours) + Number(hasMoney)
  return (
    <Panel title={t('potential.title')} padding="none" actions={<Kinds />}>
      <table className={classes.table} aria-label={t('potential.title')}>
        <thead>
          <tr>
            <th scope="col">{t('activity')}</th>
            <th scope="col">{t('potential.score')}</th>
            <th scope="col">{t('potential.class')}</th>
            <th scope="col" className={classes.wide}>
              {t('potential.made')}
            </th>
            <th scope="col" data-align="end">
              {t('count.events')}
            </th>
            {hasHours && (
              <th scope="col" data-align="end">
                {t('potential.hours')}
              </th>
            )}
            {hasMoney && (
              <th scope="col" data-align="end">
                {t('potential.money')}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {potential.activities.map((row) => {
            const isOpen = row.activity === activity
            return (
              <Fragment key={row.activity}>
                <Row row={row} isOpen={isOpen} hasHours={hasHours} hasMoney={hasMoney} onToggle={() => go((before) => ({ ...before, activity: isOpen ? undefined : row.activity }), 'replace')} />
                {isOpen && (
                  <tr className={classes.open}>
                    <td colSpan={columns}>
                      <PotentialDetail activity={row} />
                    </td>
                  </tr>
                )}
              </Fragment>
            )
          })}
        </tbody>
      </table>
      <p className={classes.method}>
        {potential.rank_stability === null
          ? t('potential.noStability')
          : t('potential.stability', {
              value: formatNumber(potential.rank_stability, language, 2),
              verdict: t(`potential.order.${potential.rank_stability >= STABLE ? 'stable' : 'unsure'}`),
            })}{' '}
        {potential.weight_stability !== null &&
          t(`potential.weights.${potential.weight_stability >= AGREED ? 'agreed' : 'open'}`, { value: formatNumber(potential.weight_stability, language, 2) })}{' '}
        {potential.working_hours.reason !== 'no-start-times' && (
          <>
            <WorkingHours hours={potential.working_hours} />{' '}
          </>
        )}
        {t('potential.formula')} <span className="tl-muted">{t(`potential.method.${potential.method.code}`, { ...potential.method.parameters, defaultValue: potential.method.text })}</span>
      </p>
    </Panel>
  )
}

interface RowProps {
  row: PotentialActivity
  isOpen: boolean
  hasHours: boolean
  hasMoney: boolean
  onToggle: () => void
}

function Row({ row, isOpen, hasHours, hasMoney, onToggle }: RowProps) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (
    <tr data-open={isOpen || undefined}>
      <th scope="row">
        <button type="button" className={classes.toggle} aria-expanded={isOpen} onClick={onToggle}>
          <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} size={14} />
          <span className={classes.rank} title={row.rank_interval === null ? undefined : t('potential.rankReach', { low: row.rank_interval[0], high: row.rank_interval[1] })}>
            {row.rank}
          </span>
          <span>{row.activity}</span>
        </button>
      </th>
      <td>
        <Score score={row.score} interval={row.interval} />
      </td>
      <td>
        <span className={classes.class} data-class={row.potential_class}>
          <Icon name={SIGN[row.potential_class]} size={13} />
          {t(`class.${row.potential_class}`)}
        </span>
      </td>
      <td className={classes.wide}>
        <Stack row={row} />
      </td>
      <td data-align="end">{formatNumber(row.events, language)}</td>
      {hasHours && <td data-align="end">{row.hours === null ? '–' : <AmountText amount={row.hours} />}</td>}
      {hasMoney && <td data-align="end">{row.money === null ? '–' : <AmountText amount={row.money} />}</td>}
    </tr>
  )
}

/** The score on a line from 0 to 100: the point and, as a band, where it lies in 95 of 100 resamples. */
function Score({ score, interval }: { score: number; interval: [number, number] | null }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const say = (value: number): string => formatNumber(value, language, 1)
  return (
    <div className={classes.score}>
      <span className={classes.scoreText}>
        <b>{say(score)}</b>{' '}
        <span className="tl-muted tl-number">{interval === null ? t('potential.noInterval') : `${say(interval[0])}–${say(interval[1])}`}</span>
      </span>
      <span className={classes.line} aria-hidden="true">
        {interval !== null && <span className={classes.band} style={{ left: `${interval[0]}%`, width: `${Math.max(1, interval[1] - interval[0])}%` }} />}
        <span className={classes.point} style={{ left: `${score}%` }} />
      </span>
    </div>
  )
}

/** What makes the score, in points; the empty rest is what is missing to 100. */
function Stack({ row }: { row: PotentialActivity }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const label = row.contributions.map((part) => `${t(`feature.${part.feature}`)} ${formatNumber(part.contribution, language, 1)}`).join(', ')
  return (
    <div className={classes.stack} role="img" aria-label={label} title={label}>
      {row.contributions.map((part) => (
        <span key={part.feature} style={{ width: `${part.contribution}%`, background: kindColour(part.kind) }} />
      ))}
    </div>
  )
}

function Kinds() {
  const { t } = useTranslation('mining')
  return (
    <ul className={classes.features} aria-label={t('potential.features')}>
      {KINDS.map((kind) => (
        <li key={kind}>
          <i style={{ background: kindColour(kind) }} />
          {t(`kind.${kind}`, { defaultValue: kind })}
        </li>
      ))}
    </ul>
  )
}

/** Money always says that somebody gave the rate. */
export function AmountText({ amount }: { amount: Amount }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const [unit = '', per] = amount.unit.split('/')
  return (
    <span className="tl-number" title={`n = ${formatNumber(amount.n, language)}`}>
      {formatNumber(amount.value, language, 1)} {unit}
      {per !== undefined && t(`per.${per}`, { defaultValue: `/${per}` })}
      {amount.basis === 'given' && <span className={classes.given}>{t('rates.given')}</span>}
    </span>
  )
}
