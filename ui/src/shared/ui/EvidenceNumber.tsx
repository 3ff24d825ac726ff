/**
 * A number with its evidence: value and unit, interval, n, freshness, and "how computed" on click.
 * What the data cannot decide says so, and looks like it: hatched, with what it would need.
 */
import { Popover } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'

import classes from './EvidenceNumber.module.css'
import { RelativeTime } from './RelativeTime'

interface EvidenceNumberProps {
  label: string
  /** null: cannot tell. */
  value: number | null
  /** Value, bounds: all through the same format, with the unit in it. Default: grouped digits. */
  format?: (value: number) => string
  interval?: [number, number] | null
  /** How many observations it stands on. */
  n?: number | null
  /** When it was computed (ISO). */
  at?: string | null
  /** How it is computed, one or two sentences. */
  how?: ReactNode
  /** What the data would need, when value is null. */
  needs?: string
  size?: 'normal' | 'large'
}

export function EvidenceNumber(props: EvidenceNumberProps) {
  const { label, value, format, how, size = 'normal' } = props
  const { t } = useTranslation('shared')
  const language = useLanguage()
  const say = format ?? ((amount: number) => formatNumber(amount, language))
  const text = value === null ? t('evidence.cannotTell') : say(value)
  const figure = <span className={value === null ? classes.unknown : classes.value}>{text}</span>
  return (
    <div className={classes.evidence} data-size={size}>
      <span className={classes.label}>{label}</span>
      {how === undefined ? (
        figure
      ) : (
        <Popover width={320} position="bottom-start" withArrow>
          <Popover.Target>
            <button type="button" className={classes.how} aria-label={t('evidence.how', { label, figure: text })}>
              {figure}
            </button>
          </Popover.Target>
          <Popover.Dropdown>{how}</Popover.Dropdown>
        </Popover>
      )}
      <Facts {...props} say={say} />
    </div>
  )
}

/** How sure it is, of how many, as of when; or what it would take to tell. */
function Facts({ value, interval, n, at, needs, say }: EvidenceNumberProps & { say: (amount: number) => string }) {
  const language = useLanguage()
  const hasBounds = value !== null && interval !== undefined && interval !== null
  return (
    <span className={classes.facts}>
      {hasBounds && <span className="tl-number">{`${say(interval[0])} – ${say(interval[1])}`}</span>}
      {typeof n === 'number' && <span className="tl-number">n = {formatNumber(n, language)}</span>}
      {value === null && needs !== undefined && <span>{needs}</span>}
      {typeof at === 'string' && <RelativeTime iso={at} />}
    </span>
  )
}
