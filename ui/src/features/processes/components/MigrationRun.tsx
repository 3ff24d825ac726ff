/** The dry run, which says of each instance whether it migrates and why not; and the order to do it, with its reason. */
import { Button, Checkbox, SegmentedControl, TextInput } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Loading } from '@/shared/ui/Loading'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'
import { StateBadge } from '@/shared/ui/StateBadge'

import { dryRunQuery, startMigration, VERDICTS, verdictQuery, type InstanceVerdict, type Migration, type MigrationPlan, type Verdict } from '../api/migration'
import type { MigrationSearch } from '../routes'
import classes from './Migration.module.css'

interface MigrationRunProps {
  migration: Migration
  plan: MigrationPlan
  search: MigrationSearch
  onChange: (change: MigrationSearch) => void
}

export function MigrationRun({ migration, plan, search, onChange }: MigrationRunProps) {
  const { t } = useTranslation('processes')
  const { instance } = search
  return (
    <Panel
      title={instance === undefined ? t('migration.dry') : t('migration.dryOne', { instance })}
      actions={instance !== undefined && <Button variant="subtle" size="compact-sm" onClick={() => onChange({ instance: undefined })}>{t('migration.allInstances')}</Button>}
    >
      {search.dry !== true ? (
        <div className={classes.stack}>
          <p className="tl-muted">{t('migration.dryText')}</p>
          <div>
            <Button leftSection={<Icon name="check" size={14} />} onClick={() => onChange({ dry: true })}>
              {t('migration.check')}
            </Button>
          </div>
        </div>
      ) : instance === undefined ? (
        <All migration={migration} plan={plan} search={search} onChange={onChange} />
      ) : (
        <One migration={migration} plan={plan} instanceKey={instance} />
      )}
    </Panel>
  )
}

function All({ migration, plan, search, onChange }: MigrationRunProps) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const whole = useInfiniteQuery(dryRunQuery(migration, undefined))
  const listed = useInfiniteQuery(dryRunQuery(migration, search.verdict))
  const rows = useMemo(() => listed.data?.pages.flatMap((page) => page.items) ?? [], [listed.data])
  const first = whole.data?.pages[0]
  if (whole.error !== null) return <Problem error={whole.error} onRetry={() => void whole.refetch()} />
  if (first === undefined) return <Loading rows={4} />
  const total = Object.values(first.counts).reduce((sum, count) => sum + count, 0)
  if (total === 0) return <Empty icon="process" title={t('migration.noInstances')} text={t('migration.noInstancesText')} />
  const label = (verdict: Verdict): string => `${t(`shared:state.${verdict}`)} ${formatNumber(first.counts[verdict] ?? 0, language)}`
  return (
    <div className={classes.stack}>
      <SegmentedControl
        className={classes.verdicts}
        aria-label={t('migration.verdict')}
        value={search.verdict ?? 'all'}
        data={[{ value: 'all', label: `${t('migration.all')} ${formatNumber(total, language)}` }, ...VERDICTS.map((value) => ({ value, label: label(value) }))]}
        onChange={(value) => onChange({ dry: true, verdict: VERDICTS.find((each) => each === value) })}
      />
      {!first.is_complete && <p className="tl-muted">{t('migration.firstOnly', { count: total })}</p>}
      {listed.isPending ? <Loading rows={4} /> : rows.length === 0 ? <p className="tl-muted">{t('migration.noneOfThese')}</p> : <Verdicts rows={rows} plan={plan} />}
      {listed.hasNextPage && (
        <div>
          <Button variant="default" loading={listed.isFetchingNextPage} onClick={() => void listed.fetchNextPage()}>
            {t('shared:action.showMore')}
          </Button>
        </div>
      )}
      <Order migration={migration} counts={first.counts} />
    </div>
  )
}

function One({ migration, plan, instanceKey }: { migration: Migration; plan: MigrationPlan; instanceKey: string }) {
  const verdict = useQuery(verdictQuery(instanceKey, migration))
  return (
    <Async query={verdict} rows={2}>
      {(found) => (
        <div className={classes.stack}>
          <Verdicts rows={[found]} plan={plan} />
          <Order migration={migration} instanceKey={instanceKey} counts={{ [found.verdict]: 1 }} />
        </div>
      )}
    </Async>
  )
}

function Verdicts({ rows, plan }: { rows: InstanceVerdict[]; plan: MigrationPlan }) {
  const { t } = useTranslation('processes')
  const say = useServerText()
  const names = new Map(plan.matches.map(({ source, name }) => [source, name === '' ? source : name]))
  const columns: DataColumn<InstanceVerdict>[] = [
    {
      id: 'instance',
      header: t('column.instance'),
      cell: (row) => (
        <Link to="/instances/$instanceKey" params={{ instanceKey: row.instance_key }}>
          {row.business_key ?? row.instance_key}
        </Link>
      ),
    },
    { id: 'verdict', header: t('migration.verdict'), cell: (row) => <StateBadge state={row.verdict} /> },
    {
      id: 'why',
      header: t('migration.why'),
      cell: (row) => (
        <ul className={classes.obstacles}>
          {row.obstacles.map(([element = '', reason = '']) => (
            <li key={`${element} ${reason}`}>
              <strong>{names.get(element) ?? element}</strong> {say(reason)}
            </li>
          ))}
        </ul>
      ),
    },
  ]
  return <DataTable label={t('migration.dry')} columns={columns} rows={rows} rowKey={(row) => row.instance_key} />
}

interface OrderProps {
  migration: Migration
  instanceKey?: string
  /** Instances by verdict. */
  counts: Record<string, number>
}

function Order({ migration, instanceKey, counts }: OrderProps) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const [allowsStuck, setAllowsStuck] = useState(false)
  const { migrates = 0, stuck = 0, waits = 0, cannot = 0 } = counts
  const others = waits + cannot
  const count = allowsStuck ? migrates + stuck : migrates
  const order = useMutation({
    mutationFn: () => startMigration(migration, instanceKey, reason.trim(), allowsStuck),
    onSuccess: async ({ batch_id }) => {
      await queryClient.invalidateQueries({ queryKey: ['batches'] })
      await navigate({ to: '/batches', search: { batch: batch_id } })
    },
  })
  if (!can('instance.operate')) return null
  return (
    <form
      className={classes.order}
      onSubmit={(event) => {
        event.preventDefault()
        order.mutate()
      }}
    >
      {others > 0 && <p>{t('migration.others', { count: others })}</p>}
      {stuck > 0 && (
        <Checkbox
          label={t('migration.allowStuck', { count: stuck })}
          description={t('migration.allowStuckText')}
          checked={allowsStuck}
          onChange={(event) => setAllowsStuck(event.currentTarget.checked)}
        />
      )}
      <TextInput label={t('reason')} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {order.error !== null && <Problem error={order.error} />}
      <div>
        <Button type="submit" disabled={reason.trim() === '' || count === 0} loading={order.isPending}>
          {t('migration.do', { count, version: migration.to })}
        </Button>
      </div>
    </form>
  )
}
