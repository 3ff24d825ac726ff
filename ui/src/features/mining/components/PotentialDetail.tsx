/** The evidence of one activity: every feature with formula, value, weight and n; why its class; what is not computable. */
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'

import type { PotentialActivity } from '../api/logs'
import classes from './Potential.module.css'
import { AmountText, featureColour } from './PotentialTab'

export function PotentialDetail({ activity }: { activity: PotentialActivity }) {
  const { t } = useTranslation('mining')
  return (
    <div className={classes.detail}>
      <Contributions activity={activity} />
      <div>
        <h3>{t('potential.why', { class: t(`class.${activity.potential_class}`) })}</h3>
        <p>{t(`classText.${activity.potential_class}`)}</p>
        <Reasons activity={activity} />
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
              {activity.not_computable.map(({ feature, code, reason }) => (
                <li key={feature}>
                  {t('potential.missing', {
                    feature: t(`feature.${feature}`, { defaultValue: feature }),
                    reason: t(`notComputable.${code}`, { defaultValue: reason }),
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

/** Reasons whose values are points, numbers or hours, not shares. */
const PLAIN = new Set(['score', 'low-score', 'too-few-events', 'long-work', 'a-person-decides-it'])

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

function Contributions({ activity }: { activity: PotentialActivity }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (
    <table className={classes.contributions}>
      <caption>{t('potential.points', { activity: activity.activity })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('potential.feature')}</th>
          <th scope="col" data-align="end">
            {t('potential.value')}
          </th>
          <th scope="col" data-align="end">
            {t('potential.weight')}
          </th>
          <th scope="col" data-align="end">
            {t('potential.pointsHead')}
          </th>
          <th scope="col" data-align="end">
            n
          </th>
        </tr>
      </thead>
      <tbody>
        {activity.contributions.map((part) => (
          <tr key={part.feature}>
            <th scope="row">
              <i className={classes.dot} style={{ background: featureColour(part.feature) }} />
              {t(`feature.${part.feature}`, { defaultValue: part.feature })}
              <span className={classes.how}>{t(`how.${part.feature}`, { defaultValue: part.how })}</span>
            </th>
            <td data-align="end">{formatNumber(part.value, language, 2)}</td>
            <td data-align="end">{formatNumber(part.weight, language, 2)}</td>
            <td data-align="end">{formatNumber(part.contribution, language, 1)}</td>
            <td data-align="end">{formatNumber(part.n, language)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={3}>
            {t('potential.sum')}
          </th>
          <td data-align="end">{formatNumber(activity.score, language, 1)}</td>
          <td />
        </tr>
      </tfoot>
    </table>
  )
}
