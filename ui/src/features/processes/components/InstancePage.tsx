/** One instance: where it stands in the diagram, what happened when, its variables, and what an operator can do. */
import { Button, Menu, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { instanceQuery } from '../api/instances'
import type { InstanceDetail } from '../api/types'
import { INSTANCE_TABS, type InstanceSearch, type InstanceTab } from '../routes'
import { CancelDialog } from './CancelDialog'
import { EventRows } from './EventRows'
import { IncidentCard } from './IncidentCard'
import { InstanceDiagram } from './InstanceDiagram'
import { InstanceState } from './InstanceState'
import { InstanceVariables } from './InstanceVariables'
import { ModifyPanel } from './ModifyPanel'
import classes from './processes.module.css'
import { RestartDialog } from './RestartDialog'
import { Timeline } from './Timeline'
import { TimeTravel } from './TimeTravel'
import { TurnDialog, type Turn } from './TurnDialog'
import { Waits } from './Waits'

export function InstancePage() {
  const { t } = useTranslation('processes')
  const { instanceKey } = useParams({ from: '/shell/instances/$instanceKey' })
  useLiveTopics('instances', 'incidents', 'tasks')
  const instance = useQuery(instanceQuery(instanceKey))
  const summary = instance.data?.summary
  return (
    <Page
      title={summary === undefined ? t('instance.title') : `${t('instance.title')} ${summary.business_key ?? summary.instance_key}`}
      facts={instance.data !== undefined && <Facts detail={instance.data} />}
      actions={instance.data !== undefined && <Actions detail={instance.data} />}
    >
      <Async query={instance} rows={8}>
        {(detail) => <Content detail={detail} />}
      </Async>
    </Page>
  )
}

function Facts({ detail }: { detail: InstanceDetail }) {
  const { t } = useTranslation('processes')
  const { summary } = detail
  return (
    <>
      <InstanceState summary={summary} />
      <Link to="/processes/$processId" params={{ processId: summary.process_id }}>
        {summary.process_name} · {t('version', { version: summary.version })}
      </Link>
      <span>
        {t('column.started')} <RelativeTime iso={summary.started_at} />
      </span>
      {summary.ended_at !== null && (
        <span>
          {t('column.ended')} <RelativeTime iso={summary.ended_at} />
        </span>
      )}
      {summary.caller_key !== null && (
        <Link to="/instances/$instanceKey" params={{ instanceKey: summary.caller_key }}>
          {t('instance.caller')}
        </Link>
      )}
      {summary.business_key !== null && <code>{summary.instance_key}</code>}
    </>
  )
}

function Actions({ detail }: { detail: InstanceDetail }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const { restart } = useSearch({ from: '/shell/instances/$instanceKey' })
  const navigate = useNavigate({ from: '/instances/$instanceKey' })
  const [dialog, setDialog] = useState<'cancel' | Turn | null>(null)
  const { instance_key, status, is_suspended } = detail.summary
  const turn = is_suspended ? 'resume' : 'suspend'
  const show = (isShown: boolean): void => void navigate({ search: (before) => ({ ...before, restart: isShown ? true : undefined }), replace: true })
  if (!can('instance.operate')) return null
  return (
    <>
      {status === 'active' ? (
        <>
          <Button variant="default" leftSection={<Icon name={turn === 'resume' ? 'running' : 'pause'} size={14} />} onClick={() => setDialog(turn)}>
            {t(`${turn}.do`)}
          </Button>
          <Button variant="default" leftSection={<Icon name="cancelled" size={14} />} onClick={() => setDialog('cancel')}>
            {t('action.cancelInstance')}
          </Button>
        </>
      ) : (
        <Button variant="default" leftSection={<Icon name="refresh" size={14} />} onClick={() => show(true)}>
          {t('restart.do')}
        </Button>
      )}
      <More detail={detail} onRestart={() => show(true)} onTurn={setDialog} />
      {dialog === 'cancel' ? (
        <CancelDialog instanceKey={instance_key} onClose={() => setDialog(null)} />
      ) : (
        dialog !== null && <TurnDialog instanceKey={instance_key} turn={dialog} onClose={() => setDialog(null)} />
      )}
      {restart === true && <RestartDialog detail={detail} onClose={() => show(false)} />}
    </>
  )
}

/** What is wanted less often. */
function More({ detail, onRestart, onTurn }: { detail: InstanceDetail; onRestart: () => void; onTurn: (turn: Turn) => void }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const navigate = useNavigate({ from: '/instances/$instanceKey' })
  const { process_id, version, instance_key, status, is_on_hold } = detail.summary
  const isActive = status === 'active'
  if (!isActive && !can('system.admin')) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="more" size={14} />}>
          {t('action.more')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {isActive && (
          <>
            <Menu.Item onClick={() => void navigate({ search: (before) => ({ ...before, at: undefined, modify: [] }), replace: true })}>{t('modify.title')}</Menu.Item>
            <Menu.Item onClick={() => void navigate({ to: '/processes/$processId/migration', params: { processId: process_id }, search: { from: version, instance: instance_key } })}>
              {t('migration.one')}
            </Menu.Item>
            <Menu.Item onClick={onRestart}>{t('restart.do')}</Menu.Item>
          </>
        )}
        {can('system.admin') && <Menu.Item onClick={() => onTurn(is_on_hold ? 'release' : 'hold')}>{t(is_on_hold ? 'release.title' : 'hold.title')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

function Content({ detail }: { detail: InstanceDetail }) {
  const { t } = useTranslation('processes')
  const { tab = 'timeline', element, at, modify } = useSearch({ from: '/shell/instances/$instanceKey' })
  const navigate = useNavigate({ from: '/instances/$instanceKey' })

  function go(change: InstanceSearch): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }

  const open = detail.incidents.filter(({ resolved_at }) => resolved_at === null)
  return (
    <div className={classes.stack}>
      {open.map((incident) => (
        <IncidentCard key={incident.incident_id} incident={incident} variables={detail.variables} onElement={(id) => go({ element: id })} />
      ))}
      {modify !== undefined && detail.summary.status === 'active' ? (
        <ModifyPanel detail={detail} steps={modify} element={element ?? null} onElement={(id) => go({ element: id })} onSteps={(steps) => go({ modify: steps })} />
      ) : at === undefined ? (
        <>
          <div>
            <Button variant="default" leftSection={<Icon name="waiting" size={14} />} onClick={() => go({ at: 1 })}>
              {t('moment.open')}
            </Button>
          </div>
          <InstanceDiagram detail={detail} element={element ?? null} onElement={(id) => go({ element: id ?? undefined })} />
        </>
      ) : (
        <TimeTravel
          detail={detail}
          at={at}
          element={element ?? null}
          onElement={(id) => go({ element: id ?? undefined })}
          onMove={(next) => go({ at: next ?? undefined })}
        />
      )}
      <Panel>
        <Tabs value={tab} onChange={(value) => go({ tab: (value as InstanceTab | null) ?? undefined })}>
          <Tabs.List mb="sm">
            {INSTANCE_TABS.map((each) => (
              <Tabs.Tab key={each} value={each}>
                {t(`instance.tab.${each}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="timeline">
            <Timeline visits={detail.visits} selected={element ?? null} onSelect={(id) => go({ element: id })} />
          </Tabs.Panel>
          <Tabs.Panel value="variables">
            <InstanceVariables detail={detail} />
          </Tabs.Panel>
          <Tabs.Panel value="waits">
            <Waits detail={detail} />
          </Tabs.Panel>
          <Tabs.Panel value="events">{tab === 'events' && <EventRows instanceKey={detail.summary.instance_key} />}</Tabs.Panel>
        </Tabs>
      </Panel>
    </div>
  )
}
