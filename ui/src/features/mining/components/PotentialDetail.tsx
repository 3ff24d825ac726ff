/** The evidence of one activity: every feature with formula, value, weight and n; why its class; what is not computable. */
import { Switch } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'

import type { PotentialActivity } from '../api/logs'
import classes from './Potential.module.css'
import { AmountText, kindColour } from './PotentialTab'

type Missing = PotentialActivity['not_computable'][number]

/** What is not known, by why: one line each. */
function byReason(missing: readonly Missing[]): Map<string, Missing[]> {
  const found = new Map<string, Missing[]>()
  for (const one of missing) found.set(one.code, [...(found.get(one.code) ?? []), one])
  return found
}

export function PotentialDetail({ activity }: { activity: PotentialActivity }) {
  const { t } = useTranslation('mining')
  const list = new Intl.ListFormat(useLanguage(), { style: 'narrow' })
  const [hasFormulas, setFormulas] = useState(false)
  return (
    <div className={classes.detail}>
      <div>
        <Contributions activity={activity} hasFormulas={hasFormulas} />
        {activity.evidence.length > 0 && <Evidence activity={activity} hasFormulas={hasFormulas} />}
        <Switch size="xs" mt="xs" label={t('potential.formulas')} checked={hasFormulas} onChange={(event) => setFormulas(event.currentTarget.checked)} />
      </div>
      <div>
        <h3>{t('potential.why', { class: t(`class.${activity.potential_class}`) })}</h3>
        <p>{t(`classText.${activity.potential_class}`)}</p>
        <Reasons activity={activity} />
        <Order activity={activity} />
        {(activity.hours !== null || activity.money !== null) && (
          <p>
            {activity.hours !== null && (
              <>
                {t('potential.hoursOf')} <AmountText amount={activity.hours} />
              </>
            )}{' '}
            {activity.money !== null && <AmountText amount={activity.money} />}
          </p>
        )}
        {activity.not_computable.length > 0 && (
          <>
            <h3>{t('potential.notComputable')}</h3>
            <ul className={classes.unknown}>
              {[...byReason(activity.not_computable)].map(([code, missing]) => (
                <li key={code}>
                  {t('potential.because', {
                    reason: t(`notComputable.${code}`, { defaultValue: missing[0]?.reason }),
                    features: list.format(missing.map(({ feature }) => t([`feature.${feature}`, `indicator.${feature}`], { defaultValue: feature }))),
                  })}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  )
}

/** What is measured in seconds is told as a duration. */
const IN_SECONDS = new Set(['soon_done', 'little_work'])

function measuredText(feature: string, value: number, language: string): string {
  return IN_SECONDS.has(feature) ? formatDuration(value, language) : formatNumber(value, language, 2)
}

/** Reasons whose values are points, numbers or hours, not shares. */
const PLAIN = new Set(['score', 'low-score', 'too-few-events', 'long-work', 'a-person-decides-it', 'score-could-be-as-low', 'score-could-be-as-high'])

function Reasons({ activity }: { activity: PotentialActivity }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const say = (code: string, value: number | null): string => {
    if (value === null) return '–'
    const isPlain = value > 1 || PLAIN.has(code)
    return isPlain ? formatNumber(value, language) : formatShare(value, language)
  }
  return (
    <ul className={classes.reasons}>
      {activity.class_reasons.map(({ code, value, limit }) => (
        <li key={code}>{t(`reason.${code}`, { value: say(code, value), limit: say(code, limit), defaultValue: code })}</li>
      ))}
    </ul>
  )
}

interface Shown {
  activity: PotentialActivity
  hasFormulas: boolean
}

/** How sure its place in the order is, and what would move it most. */
function Order({ activity }: { activity: PotentialActivity }) {
  const { t } = useTranslation('mining')
  const { rank, rank_interval: reach, moved_by: moved } = activity
  return (
    <p>
      {reach === null ? t('potential.rankAlone', { rank }) : t('potential.rank', { rank, low: reach[0], high: reach[1] })}{' '}
      {moved === null ? t('potential.unmoved') : t('potential.moved', { feature: t(`feature.${moved.feature}`, { defaultValue: moved.feature }), rank: moved.rank_without })}
    </p>
  )
}

/** What the log shows beside the score: of the gain, and of who does the work. */
function Evidence({ activity, hasFormulas }: Shown) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (
    <table className={classes.contributions}>
      <caption>{t('potential.evidence')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('potential.indicator')}</th>
          <th scope="col" data-align="end">
            {t('potential.measured')}
          </th>
          <th scope="col" data-align="end">
            {t('potential.reach')}
          </th>
          <th scope="col" data-align="end">
            n
          </th>
        </tr>
      </thead>
      <tbody>
        {activity.evidence.map((one) => (
          <tr key={one.indicator}>
            <th scope="row">
              {t(`indicator.${one.indicator}`, { defaultValue: one.indicator })}
              {hasFormulas && (
                <span className={classes.how}>
                  {t(`how.${one.indicator}`, { defaultValue: one.how })} <i>{one.source}</i>
                </span>
              )}
            </th>
            <td data-align="end">{formatNumber(one.value, language, 2)}</td>
            <td data-align="end">{one.interval === null ? '–' : `${formatNumber(one.interval[0], language, 2)}–${formatNumber(one.interval[1], language, 2)}`}</td>
            <td data-align="end">{formatNumber(one.n, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Contributions({ activity, hasFormulas }: Shown) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (
    <table className={classes.contributions}>
      <caption>{t('potential.points', { activity: activity.activity })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('potential.feature')}</th>
          <th scope="col" data-align="end">
            {t('potential.measured')}
          </th>
          <th scope="col" data-align="end">
            {t('potential.value')}
          </th>
          <th scope="col" data-align="end" className={classes.wide}>
            {t('potential.weight')}
          </th>
          <th scope="col" data-align="end">
            {t('potential.pointsHead')}
          </th>
          <th scope="col" data-align="end" className={classes.wide}>
            n
          </th>
        </tr>
      </thead>
      <tbody>
        {activity.contributions.map((part) => (
          <tr key={part.feature}>
            <th scope="row">
              <i className={classes.dot} style={{ background: kindColour(part.kind) }} />
              {t(`feature.${part.feature}`, { defaultValue: part.feature })}
              {hasFormulas && (
                <span className={classes.how}>
                  {t(`how.${part.feature}`, { defaultValue: part.how })} <i>{part.source}</i>
                </span>
              )}
            </th>
            <td data-align="end">
              {measuredText(part.feature, part.measured, language)}
              {hasFormulas && part.feature !== 'volume' && (
                <span className={classes.how}>{t('potential.norm', { zero: measuredText(part.feature, part.norm[0], language), one: measuredText(part.feature, part.norm[1], language) })}</span>
              )}
            </td>
            <td data-align="end">{formatNumber(part.value, language, 2)}</td>
            <td data-align="end" className={classes.wide}>{formatNumber(part.weight, language, 2)}</td>
            <td data-align="end">{formatNumber(part.contribution, language, 1)}</td>
            <td data-align="end" className={classes.wide}>{formatNumber(part.n, language)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('potential.sum')}</th>
          <td />
          <td />
          <td className={classes.wide} />
          <td data-align="end">{formatNumber(activity.score, language, 1)}</td>
          <td className={classes.wide} />
        </tr>
      </tfoot>
    </table>
  )
}
