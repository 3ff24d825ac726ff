/** A problem with cause, place, remedy and findings; the technical part is folded, the id can be copied. */
import { Button, CopyButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { asProblem, type Finding, type Place } from '@/shared/api/problem'
import type { Way } from '@/shared/bpmn/way'
import { findingText, problemText } from '@/shared/i18n/problemTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'

import { Icon, type IconName } from './Icon'
import classes from './Problem.module.css'

/** `invoice.bpmn:88 g_amount` */
export function placeText(place: Place | null | undefined): string {
  const source = place?.source ?? ''
  const where = typeof place?.line === 'number' ? `${source}:${place.line}` : source
  return [where, place?.element_id ?? ''].filter((part) => part !== '').join(' ')
}

interface ProblemProps {
  error: unknown
  onRetry?: () => void
  /** Makes places that name an element into something that leads there. */
  onElement?: (elementId: string) => void
  onWay?: (way: Way) => void
  children?: ReactNode
}

export function Problem({ error, onRetry, onElement, onWay, children }: ProblemProps) {
  const { t } = useTranslation('shared')
  const problem = asProblem(error)
  const text = problemText(problem, t, useLanguage())
  const findings = problem.findings ?? []
  return (
    <section className={classes.problem} role="alert">
      <Icon name="incident" size={18} />
      <div className={classes.body}>
        <h2 className={classes.title}>{text.title}</h2>
        <p>{text.cause}</p>
        <PlaceLine place={problem.place} onElement={onElement} />
        {text.remedy !== '' && <p className={classes.remedy}>{text.remedy}</p>}
        {findings.length > 0 && <FindingList findings={findings} onElement={onElement} onWay={onWay} />}
        {children}
        <div className={classes.foot}>
          {onRetry !== undefined && (
            <Button variant="default" leftSection={<Icon name="refresh" size={14} />} onClick={onRetry}>
              {t('action.retry')}
            </Button>
          )}
          <code>{problem.code}</code>
          {typeof problem.error_id === 'string' && <ErrorId id={problem.error_id} />}
        </div>
      </div>
    </section>
  )
}

function ErrorId({ id }: { id: string }) {
  const { t } = useTranslation('shared')
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Button variant="subtle" color="gray" leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />} onClick={copy}>
          {t('problem.id')} {id}
        </Button>
      )}
    </CopyButton>
  )
}

function PlaceLine({ place, onElement }: { place: Place | null | undefined; onElement?: (id: string) => void }) {
  const { t } = useTranslation('shared')
  const text = placeText(place)
  if (text === '') return null
  const elementId = place?.element_id
  return (
    <p className={classes.place}>
      {t('problem.place')}{' '}
      {onElement !== undefined && typeof elementId === 'string' ? (
        <button type="button" className={classes.link} onClick={() => onElement(elementId)}>
          <code>{text}</code>
        </button>
      ) : (
        <code>{text}</code>
      )}
    </p>
  )
}

const SIGN: Record<Finding['severity'], IconName> = { error: 'incident', warning: 'warning', information: 'info' }

interface FindingListProps {
  findings: Finding[]
  onElement?: (elementId: string) => void
  /** Shows in the diagram how a case comes to what is wrong. */
  onWay?: (way: Way) => void
}

/** All findings of a check, worst first. */
export function FindingList({ findings, onElement, onWay }: FindingListProps) {
  const { t } = useTranslation('shared')
  const language = useLanguage()
  const order: Finding['severity'][] = ['error', 'warning', 'information']
  const sorted = [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  return (
    <ul className={classes.findings}>
      {sorted.map((finding, index) => {
        const text = findingText(finding, t, language)
        return (
          <li key={`${finding.rule}-${index}`} data-severity={finding.severity}>
            <Icon name={SIGN[finding.severity]} size={14} label={t(`severity.${finding.severity}`)} />
            <div>
              <span>{text.message}</span>{' '}
              <PlaceLine place={finding.place} onElement={onElement} />
              {text.remedy !== '' && <span className="tl-muted">{text.remedy}</span>}
              <WayLine finding={finding} onWay={onWay} />
            </div>
          </li>
        )
      })}
    </ul>
  )
}

function WayLine({ finding, onWay }: { finding: Finding; onWay?: (way: Way) => void }) {
  const { t } = useTranslation('shared')
  const path = finding.path ?? []
  if (path.length === 0) return null
  return (
    <p className={classes.place}>
      {t('problem.way')} <code>{path.join(' › ')}</code>{' '}
      {onWay !== undefined && (
        <button type="button" className={classes.link} onClick={() => onWay({ path, end: finding.place?.element_id ?? null })}>
          {t('problem.showWay')}
        </button>
      )}
    </p>
  )
}
