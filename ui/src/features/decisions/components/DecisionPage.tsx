/** One deployed decision: its table with what processes made of it, trying it, its versions. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { DecisionView } from '@/shared/dmn/DecisionView'
import type { RuleMark } from '@/shared/dmn/ruleMarks'
import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { decisionQuery, decisionTextQuery, type DecisionDetail, type DeployedDecision, type Outcome } from '../api/decisions'
import classes from './decisions.module.css'
import { RuleHits } from './RuleHits'
import { TryDecision } from './TryDecision'

export function DecisionPage() {
  const { t } = useTranslation('decisions')
  const { decisionId } = useParams({ from: '/shell/decisions/$decisionId' })
  const { version } = useSearch({ from: '/shell/decisions/$decisionId' })
  useLiveTopics('instances', 'processes')
  const decision = useQuery(decisionQuery(decisionId, version))
  const deployed = decision.data?.deployed
  return (
    <Page
      title={deployed?.name ?? t('title')}
      facts={
        deployed !== undefined && (
          <>
            <span>{t('version', { version: deployed.version })}</span>
            <RelativeTime iso={deployed.deployed_at} />
          </>
        )
      }
      actions={<Link to="/decisions">{t('all')}</Link>}
    >
      <Async query={decision} rows={8}>
        {(detail) => <Content key={`${detail.deployed.decision_id}:${detail.deployed.version}`} detail={detail} />}
      </Async>
    </Page>
  )
}

function Content({ detail }: { detail: DecisionDetail }) {
  const { t } = useTranslation('decisions')
  const can = useCan()
  const { decision_id: decisionId, version, name } = detail.deployed
  const text = useQuery(decisionTextQuery(decisionId, version))
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const marks = useMemo(() => marksOf(detail, outcome), [detail, outcome])
  return (
    <div className={classes.parts}>
      <Async query={text} rows={6}>
        {(xml) => (
          <>
            <DecisionView xml={xml} decisionId={decisionId} label={name} marks={marks} />
            <div className={classes.columns}>
              {can('decision.evaluate') && (
                <Panel title={t('try.title')}>
                  <TryDecision xml={xml} decision={detail.interface} outcome={outcome} onOutcome={setOutcome} />
                </Panel>
              )}
              <Panel title={t('hits.title')}>
                <RuleHits detail={detail} />
              </Panel>
            </div>
          </>
        )}
      </Async>
      <Panel title={t('versions')} padding="none">
        <Versions versions={detail.versions} shown={version} />
      </Panel>
    </div>
  )
}

/** Beside each rule how often processes met it; under the rules that the tried input met, a ground. */
function marksOf({ interface: { rules }, hits }: DecisionDetail, outcome: Outcome | null): RuleMark[] {
  const matched = new Set(outcome?.trace.flatMap(({ matches }) => matches.flatMap((match) => match.rules.map(({ id }) => id))))
  return rules.flatMap(({ id, number }) => {
    if (id === null) return []
    const count = hits.rules[number] ?? 0
    const tone = matched.has(id) ? 'matched' : count === 0 && hits.evaluations > 0 && outcome === null ? 'never' : undefined
    return [{ ruleId: id, note: hits.evaluations > 0 ? `${count}×` : undefined, tone }]
  })
}

function Versions({ versions, shown }: { versions: readonly DeployedDecision[]; shown: number }) {
  const { t } = useTranslation('decisions')
  const columns: DataColumn<DeployedDecision>[] = [
    {
      id: 'version',
      header: t('column.version'),
      cell: (row) => (
        <Link to="/decisions/$decisionId" params={{ decisionId: row.decision_id }} search={{ version: row.version }}>
          {t('version', { version: row.version })}
        </Link>
      ),
    },
    { id: 'name', header: t('column.decision'), hideBelow: 'phone', cell: (row) => row.name },
    { id: 'file', header: t('column.file'), hideBelow: 'phone', cell: (row) => row.resource_name },
    { id: 'deployed', header: t('column.deployed'), cell: (row) => <RelativeTime iso={row.deployed_at} /> },
  ]
  return <DataTable label={t('versions')} columns={columns} rows={[...versions]} rowKey={(row) => `${row.version}`} selectedKey={`${shown}`} />
}
