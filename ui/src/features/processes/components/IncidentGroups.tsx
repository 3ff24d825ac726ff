/** Open incidents by their cause: how many, since when, whom they hit, and one order for all of them. */
import { Button, Group } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Loading } from '@/shared/ui/Loading'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { incidentGroupsQuery, type IncidentGroup } from '../api/operations'
import { GroupOrderDialog, type OrderMode } from './GroupOrderDialog'
import classes from './Operations.module.css'

const NONE: IncidentGroup[] = []

export function IncidentGroups({ process }: { process: string | undefined }) {
  const { t } = useTranslation('processes')
  const query = useInfiniteQuery(incidentGroupsQuery(process))
  const pages = query.data?.pages
  const groups = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages])
  const [order, setOrder] = useState<{ group: IncidentGroup; mode: OrderMode } | null>(null)
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <Loading rows={6} />
  if (groups.length === 0) return <Empty icon="done" title={t('incidents.none')} text={t('incidents.noneText')} />
  return (
    <>
      <ul className={classes.groups} aria-label={t('incidents.byCause')}>
        {groups.map((group) => (
          <GroupCard key={group.signature} group={group} onOrder={(mode) => setOrder({ group, mode })} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" onClick={() => void query.fetchNextPage()}>
          {t('shared:action.showMore')}
        </Button>
      )}
      {order !== null && <GroupOrderDialog group={order.group} mode={order.mode} onClose={() => setOrder(null)} />}
    </>
  )
}

function GroupCard({ group, onOrder }: { group: IncidentGroup; onOrder: (mode: OrderMode) => void }) {
  const { t } = useTranslation('processes')
  const say = useServerText()
  const language = useLanguage()
  const can = useCan()
  const title = `${t(`incident.kind.${group.kind}`, { defaultValue: group.kind })} · ${group.element_name || group.element_id}`
  return (
    <li className={classes.group}>
      <div className={classes.cause}>
        <h2>
          <Icon name="incident" size={16} /> {title}
        </h2>
        <p className={classes.where}>
          {group.process_name || group.process_id} · {t('version', { version: group.version })}
        </p>
        <p className={classes.message}>{say(group.message)}</p>
      </div>
      <dl className={classes.facts}>
        <Fact name={t('incidents.title')} value={formatNumber(group.incidents, language)} />
        <Fact name={t('incidents.hit')} value={t('incidents.hitOf', { count: group.instances, live: formatNumber(group.live, language), share: formatShare(group.share, language, 1) })} />
        <div>
          <dt>{t('incidents.first')}</dt>
          <dd>
            <RelativeTime iso={group.first_raised_at} />
          </dd>
        </div>
        <div>
          <dt>{t('incidents.last')}</dt>
          <dd>
            <RelativeTime iso={group.last_raised_at} />
          </dd>
        </div>
      </dl>
      {can('instance.operate') && (
        <Group gap="xs" className={classes.orders}>
          <Button leftSection={<Icon name="refresh" size={14} />} onClick={() => onOrder('retry')}>
            {t('incidents.retryAll', { count: group.incidents })}
          </Button>
          <Button variant="default" leftSection={<Icon name="edit" size={14} />} onClick={() => onOrder('edit')}>
            {t('action.editAndRetry')}
          </Button>
          <Button variant="default" leftSection={<Icon name="chevronRight" size={14} />} onClick={() => onOrder('skip')}>
            {t('incidents.skip')}
          </Button>
        </Group>
      )}
    </li>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="tl-number">{value}</dd>
    </div>
  )
}
