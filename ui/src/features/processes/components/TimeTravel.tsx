/** The slider over an instance's journal: the moment shown is in the address, and what it changed is said beside. */
import { ActionIcon, Button, Slider } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useLanguage } from '@/shared/i18n/useLanguage'
import { formatAbsolute } from '@/shared/format/time'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'
import { StateBadge } from '@/shared/ui/StateBadge'

import { momentQuery, type Moment } from '../api/operations'
import type { InstanceDetail } from '../api/types'
import { InstanceDiagram } from './InstanceDiagram'
import classes from './Operations.module.css'

interface TimeTravelProps {
  detail: InstanceDetail
  /** The journal entry right after which the instance is shown. */
  at: number
  element: string | null
  onElement: (element: string | null) => void
  /** null: back to now. */
  onMove: (at: number | null) => void
}

export function TimeTravel({ detail, at, element, onElement, onMove }: TimeTravelProps) {
  const { t } = useTranslation('processes')
  const moment = useQuery({ ...momentQuery(detail.summary.instance_key, at), placeholderData: (before) => before, retry: false })
  const last = moment.data?.last_sequence ?? at
  return (
    <div className={classes.stack}>
      <div className={classes.bar} role="group" aria-label={t('moment.title')}>
        <ActionIcon variant="default" size={28} aria-label={t('moment.before')} disabled={at <= 1} onClick={() => onMove(at - 1)}>
          <Icon name="chevronLeft" size={14} />
        </ActionIcon>
        <Track key={at} at={at} last={last} onMove={onMove} />
        <ActionIcon variant="default" size={28} aria-label={t('moment.after')} disabled={at >= last} onClick={() => onMove(at + 1)}>
          <Icon name="chevronRight" size={14} />
        </ActionIcon>
        <span className="tl-number">{t('of', { at, last })}</span>
        <Button variant="default" onClick={() => onMove(null)}>
          {t('moment.now')}
        </Button>
      </div>
      {moment.error !== null && <Problem error={moment.error} onRetry={() => onMove(null)} />}
      {moment.data !== undefined && <Told moment={moment.data} />}
      <InstanceDiagram detail={detail} moment={moment.data} element={element} onElement={onElement} />
    </div>
  )
}

function Track({ at, last, onMove }: { at: number; last: number; onMove: (at: number) => void }) {
  const { t } = useTranslation('processes')
  const [held, setHeld] = useState(at)
  return <Slider size="sm" min={1} max={Math.max(last, 1)} value={held} onChange={setHeld} onChangeEnd={onMove} label={null} thumbLabel={t('moment.slider')} />
}

function Told({ moment }: { moment: Moment }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  return (
    <section aria-live="polite" aria-label={t('moment.happened')}>
      <p className={classes.head}>
        <strong>{t(`moment.kind.${moment.kind}`, { defaultValue: moment.kind })}</strong>
        <span>{formatAbsolute(moment.occurred_at, language)}</span>
        {moment.actor !== null && <span className="tl-muted">{moment.actor}</span>}
        {moment.is_suspended && <StateBadge state="suspended" />}
      </p>
      {moment.changes.length > 0 && (
        <ul className={classes.failed} aria-label={t('moment.changes')}>
          {moment.changes.map((change) => (
            <li key={`${change.scope_element_id} ${change.name}`}>
              <code>{change.name}</code> {t(`moment.change.${change.change}`)} <code>{change.change === 'removed' ? shown(change.before) : shown(change.after)}</code>
              {change.change === 'changed' && <span className="tl-muted"> {t('moment.was', { value: shown(change.before) })}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? '–'
}
