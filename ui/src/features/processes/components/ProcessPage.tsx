/** One process: how it runs against the log it came from, its diagram with what is in it now, its versions. */
import { Button, Menu, Tabs } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState, type ComponentProps } from 'react'
import { useTranslation } from 'react-i18next'

import type { Way } from '@/shared/bpmn/way'
import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { FindingList, Problem } from '@/shared/ui/Problem'

import { createDraft } from '../api/drafts'
import { modelQuery, processQuery, readHistory } from '../api/processes'
import type { ProcessDetail } from '../api/types'
import { decisionTextOf } from '../api/text'
import { PROCESS_TABS, type ProcessSearch, type ProcessTab } from '../routes'
import { ProcessDiagram } from './ProcessDiagram'
import classes from './processes.module.css'
import { StartDialog } from './StartDialog'
import { VersionList } from './VersionList'
import { WatchBoard } from './WatchBoard'

export function ProcessPage() {
  const { t } = useTranslation('processes')
  const { processId } = useParams({ from: '/shell/processes/$processId' })
  useLiveTopics('instances', 'incidents')
  const process = useQuery(processQuery(processId))
  const latest = process.data?.summary.latest
  return (
    <Page
      title={latest === undefined ? t('title') : latest.name || latest.process_id}
      facts={process.data !== undefined && <Facts process={process.data} />}
      actions={process.data !== undefined && <Actions process={process.data} />}
    >
      <Async query={process} rows={8}>
        {(detail) => <Content process={detail} />}
      </Async>
    </Page>
  )
}

function Facts({ process }: { process: ProcessDetail }) {
  const { t } = useTranslation('processes')
  const { latest, active, incidents } = process.summary
  return (
    <>
      <span>{t('version', { version: latest.version })}</span>
      <Link to="/instances" search={{ process: latest.process_id, status: 'active' }}>
        {t('count.running', { count: active })}
      </Link>
      {incidents > 0 && (
        <Link to="/incidents" search={{ process: latest.process_id }} className={classes.incident}>
          <Icon name="incident" size={13} /> {t('count.incidents', { count: incidents })}
        </Link>
      )}
    </>
  )
}

function Actions({ process }: { process: ProcessDetail }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const navigate = useNavigate({ from: '/processes/$processId' })
  const { latest } = process.summary
  const edit = useEdit(process)
  const mine = useMining(process)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<Icon name="download" size={14} />}>
            {t('action.download')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={fileAddress(latest.process_id, latest.version, 'xml')} download={`${latest.process_id}.bpmn`}>
            BPMN
          </Menu.Item>
          <Menu.Item component="a" href={fileAddress(latest.process_id, latest.version, 'dmn')} download={`${latest.process_id}.dmn`}>
            DMN
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {can('log.edit') && (
        <Button variant="default" loading={mine.isPending} leftSection={<Icon name="mining" size={14} />} onClick={() => mine.mutate()}>
          {t('action.mine')}
        </Button>
      )}
      {can('process.edit') && (
        <Button variant="default" loading={edit.isPending} leftSection={<Icon name="edit" size={14} />} onClick={() => edit.mutate()}>
          {t('shared:action.edit')}
        </Button>
      )}
      {can('instance.start') && latest.is_startable && (
        <Button
          leftSection={<Icon name="running" size={14} />}
          onClick={() =>
            void navigate({ search: (old) => ({ ...old, start: true }) })
          }
        >
          {t('action.start')}
        </Button>
      )}
    </>
  )
}

function fileAddress(processId: string, version: number, kind: 'xml' | 'dmn'): string {
  return `/api/v1/processes/${encodeURIComponent(processId)}/versions/${version}/${kind}`
}

/** A draft of the newest version, with its decisions. */
function useEdit(process: ProcessDetail) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const { latest } = process.summary
  return useMutation({
    mutationFn: async () => {
      const bpmnXml = await queryClient.ensureQueryData(modelQuery(latest.process_id, latest.version))
      const dmnXml = await decisionTextOf(latest.process_id, latest.version)
      return createDraft({
        name: latest.name || latest.process_id,
        bpmnXml,
        dmnXml: dmnXml ?? undefined,
        basedOn: latest.definition_key,
      })
    },
    onSuccess: async (draft) => {
      await queryClient.invalidateQueries({ queryKey: ['drafts', 'list'] })
      await navigate({ to: '/processes/drafts/$draftId', params: { draftId: draft.draft_id } })
    },
    meta: { title: t('shared:action.edit') },
  })
}

/** Reads the process's own history into an event log and opens its review. */
function useMining(process: ProcessDetail) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => readHistory(process.summary.latest.process_id),
    onSuccess: async (logId) => {
      await queryClient.invalidateQueries({ queryKey: ['logs'] })
      await navigate({ to: '/mining/logs/$logId', params: { logId } })
    },
    meta: { title: t('action.mine') },
  })
}

function Content({ process }: { process: ProcessDetail }) {
  const { t } = useTranslation('processes')
  const search = useSearch({ from: '/shell/processes/$processId' })
  const navigate = useNavigate({ from: '/processes/$processId' })
  const { latest } = process.summary
  const { tab = 'watch', version = latest.version } = search

  function go(change: ProcessSearch): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }

  const shown = process.versions.find((each) => each.version === version)
  return (
    <>
      <Tabs value={tab} onChange={(value) => go({ tab: (value as ProcessTab | null) ?? undefined })}>
        <Tabs.List mb="sm">
          {PROCESS_TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="watch">{tab === 'watch' && <WatchBoard processId={latest.process_id} />}</Tabs.Panel>
        <Tabs.Panel value="diagram">
          {tab === 'diagram' &&
            (shown === undefined ? (
              <Problem error={new Error(t('noVersion', { version }))} />
            ) : (
              <VersionDiagram process={shown} element={search.element ?? null} onElement={(element) => go({ element: element ?? undefined })} />
            ))}
        </Tabs.Panel>
        <Tabs.Panel value="versions">{tab === 'versions' && <VersionList processId={latest.process_id} versions={process.versions} />}</Tabs.Panel>
      </Tabs>
      {search.start === true && <StartDialog process={latest} onClose={() => go({ start: undefined })} />}
    </>
  )
}

/** The diagram of a version above what its checks found. */
function VersionDiagram({ process, element, onElement }: Omit<ComponentProps<typeof ProcessDiagram>, 'way'>) {
  const [way, setWay] = useState<Way | null>(null)
  return (
    <>
      <ProcessDiagram process={process} element={element} way={way} onElement={onElement} />
      {process.findings.length > 0 && <FindingList findings={process.findings} onElement={onElement} onWay={setWay} />}
    </>
  )
}
