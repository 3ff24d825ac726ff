/** Both versions, one beside the other, with what is gone, new and changed. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { BpmnDiagram, type Difference } from '@/shared/bpmn/BpmnDiagram'
import { Async } from '@/shared/ui/Async'

import type { Migration, MigrationPlan } from '../api/migration'
import { modelQuery } from '../api/processes'
import { differencesOf } from '../migration'
import classes from './Migration.module.css'

interface MigrationDiagramsProps {
  migration: Migration
  plan: MigrationPlan
  /** Of the source. */
  element: string | null
  onElement: (element: string | undefined) => void
}

export function MigrationDiagrams({ migration, plan, element, onElement }: MigrationDiagramsProps) {
  const differences = useMemo(() => differencesOf(plan), [plan])
  const partner = plan.matches.find(({ source }) => source === element)?.target ?? null
  const back = (target: string | null): void => onElement(plan.matches.find((match) => match.target === target)?.source)
  return (
    <div className={classes.pair}>
      <Version migration={migration} side="source" differences={differences.source} element={element} onElement={(id) => onElement(id ?? undefined)} />
      <Version migration={migration} side="target" differences={differences.target} element={partner} onElement={back} />
    </div>
  )
}

interface VersionProps {
  migration: Migration
  side: 'source' | 'target'
  differences: Record<string, Difference>
  element: string | null
  onElement: (element: string | null) => void
}

const LEGEND: Record<VersionProps['side'], Difference[]> = { source: ['gone', 'changed'], target: ['added', 'changed'] }

function Version({ migration, side, differences, element, onElement }: VersionProps) {
  const { t } = useTranslation('processes')
  const version = side === 'source' ? migration.from : migration.to
  const model = useQuery(modelQuery(migration.process, version))
  const count = (one: Difference): number => Object.values(differences).filter((each) => each === one).length
  return (
    <section className={classes.side} aria-label={t('version', { version })}>
      <header>
        <h2>{t('version', { version })}</h2>
        {LEGEND[side].map((one) => (
          <span key={one} className={classes.legend} data-difference={one}>
            {count(one)} {t(`shared:difference.${one}`)}
          </span>
        ))}
      </header>
      <Async query={model} rows={6}>
        {(xml) => (
          <BpmnDiagram xml={xml} processId={migration.process} label={t('version', { version })} differences={differences} selectedId={element} onSelect={onElement} height="min(40vh, 380px)" />
        )}
      </Async>
    </section>
  )
}
