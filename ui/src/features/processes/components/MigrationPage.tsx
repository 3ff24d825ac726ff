/** Running instances from one version to another: what differs, what becomes what, a dry run of each, then the batch. */
import { ActionIcon, Select, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { useLiveTopics } from '@/shared/live/live'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'

import { planQuery, versionUseQuery, type Migration, type VersionUse } from '../api/migration'
import { modelQuery, processQuery } from '../api/processes'
import { elementsOf } from '../migration'
import type { MigrationSearch } from '../routes'
import classes from './Migration.module.css'
import { MigrationDiagrams } from './MigrationDiagrams'
import { MigrationMapping } from './MigrationMapping'
import { MigrationRun } from './MigrationRun'

const NO_MAPPING = {}
const NONE: string[] = []

export function MigrationPage() {
  const { t } = useTranslation('processes')
  const { processId } = useParams({ from: '/shell/processes/$processId/migration' })
  useLiveTopics('instances', 'processes')
  const process = useQuery(processQuery(processId))
  const versions = useQuery(versionUseQuery(processId))
  const name = process.data?.summary.latest.name ?? ''
  const facts = (
    <Link to="/processes/$processId" params={{ processId }} search={{ tab: 'versions' }}>
      {name === '' ? processId : name}
    </Link>
  )
  return (
    <Page title={t('migration.title')} facts={facts}>
      <Async query={versions} rows={8}>
        {(known) => (known.length < 2 ? <Empty icon="process" title={t('migration.oneVersion')} text={t('migration.oneVersionText')} /> : <Content processId={processId} versions={known} />)}
      </Async>
    </Page>
  )
}

function Content({ processId, versions }: { processId: string; versions: VersionUse[] }) {
  const search = useSearch({ from: '/shell/processes/$processId/migration' })
  const navigate = useNavigate({ from: '/processes/$processId/migration' })
  const [from, to] = chosenOf(search, versions)
  const { mapping = NO_MAPPING, renewed = NONE } = search
  const migration = useMemo((): Migration => ({ process: processId, from, to, mapping, renewed }), [processId, from, to, mapping, renewed])

  /** What is migrated is what was checked: any other change makes the dry run void. */
  function go(change: MigrationSearch): void {
    void navigate({ search: (before) => ({ ...before, dry: undefined, verdict: undefined, ...change }), replace: true })
  }

  return (
    <div className={classes.stack}>
      <Versions versions={versions} from={from} to={to} onChange={(change) => go({ ...change, mapping: undefined, renewed: undefined })} />
      {from === to ? null : <Planned key={`${from}-${to}`} migration={migration} search={search} onChange={go} />}
    </div>
  )
}

/** As the address says; else from the oldest version that has running instances to the newest. */
function chosenOf({ from, to }: MigrationSearch, versions: readonly VersionUse[]): [number, number] {
  const known = versions.map(({ version }) => version).sort((a, b) => a - b)
  const used = versions.filter(({ active }) => active > 0).map(({ version }) => version)
  const source = known.find((one) => one === from) ?? used.filter((one) => one !== known.at(-1)).sort((a, b) => a - b)[0] ?? known[0] ?? 1
  const target = known.find((one) => one === to) ?? known.filter((one) => one !== source).at(-1) ?? 1
  return [source, target]
}

interface VersionsProps {
  versions: VersionUse[]
  from: number
  to: number
  onChange: (change: { from: number; to: number }) => void
}

function Versions({ versions, from, to, onChange }: VersionsProps) {
  const { t } = useTranslation('processes')
  const options = versions.map(({ version, version_tag, active }) => ({
    value: `${version}`,
    label: [t('version', { version }), version_tag, t('count.running', { count: active })].filter(Boolean).join(' · '),
  }))
  return (
    <div className={classes.versions}>
      <Select label={t('migration.from')} data={options} value={`${from}`} allowDeselect={false} onChange={(value) => onChange({ from: Number(value), to })} />
      <Tooltip label={t('migration.swap')}>
        <ActionIcon variant="default" size={34} aria-label={t('migration.swap')} onClick={() => onChange({ from: to, to: from })}>
          <Icon name="swap" />
        </ActionIcon>
      </Tooltip>
      <Select label={t('migration.to')} data={options} value={`${to}`} allowDeselect={false} error={from === to && t('migration.same')} onChange={(value) => onChange({ from, to: Number(value) })} />
    </div>
  )
}

interface PlannedProps {
  migration: Migration
  search: MigrationSearch
  onChange: (change: MigrationSearch) => void
}

function Planned({ migration, search, onChange }: PlannedProps) {
  const { t } = useTranslation('processes')
  const proposed = useQuery(planQuery({ ...migration, mapping: NO_MAPPING, renewed: NONE }))
  const plan = useQuery(planQuery(migration))
  const model = useQuery(modelQuery(migration.process, migration.to))
  const elements = useMemo(() => (model.data === undefined ? [] : elementsOf(model.data, migration.process)), [model.data, migration.process])
  return (
    <Async query={proposed} rows={8}>
      {(base) => (
        <>
          <MigrationDiagrams migration={migration} plan={plan.data ?? base} element={search.element ?? null} onElement={(element) => onChange({ element, dry: search.dry, verdict: search.verdict })} />
          <Panel title={t('migration.mapping')}>
            {plan.error !== null && <Problem error={plan.error} />}
            <MigrationMapping migration={migration} proposals={base} plan={plan.data ?? base} elements={elements} search={search} onChange={onChange} />
          </Panel>
          {plan.error === null && <MigrationRun migration={migration} plan={plan.data ?? base} search={search} onChange={onChange} />}
        </>
      )}
    </Async>
  )
}
