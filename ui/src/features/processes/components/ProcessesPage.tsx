/** What is deployed and what is being drafted; deploy files, begin a new model. */
import { Button, FileButton, Tabs } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { createDraft } from '../api/drafts'
import { deployFiles, processListQuery } from '../api/processes'
import type { ProcessSummary } from '../api/types'
import type { ListTab } from '../routes'
import { warnOfFindings } from '../warnings'
import { DraftList } from './DraftList'
import { Sections } from './Sections'
import classes from './processes.module.css'

export function ProcessesPage() {
  const { t } = useTranslation('processes')
  const { tab = 'processes' } = useSearch({ from: '/shell/processes' })
  const navigate = useNavigate({ from: '/processes' })
  const can = useCan()
  const deploy = useDeployFiles()
  useLiveTopics('instances', 'incidents')
  return (
    <Page
      title={t('title')}
      facts={<Sections />}
      actions={<ListActions deploy={deploy} />}
    >
      {deploy.error !== null && <Problem error={deploy.error} />}
      <Tabs value={tab} onChange={(value) => void navigate({ search: { tab: (value as ListTab | null) ?? undefined }, replace: true })}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="processes">{t('list.deployed')}</Tabs.Tab>
          {can('process.edit') && <Tabs.Tab value="drafts">{t('list.drafts')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="processes">
          <ProcessList />
        </Tabs.Panel>
        <Tabs.Panel value="drafts">{tab === 'drafts' && <DraftList />}</Tabs.Panel>
      </Tabs>
    </Page>
  )
}

function useDeployFiles() {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: deployFiles,
    onSuccess: async (deployment) => {
      const deployed = [
        ...deployment.processes.map(({ name, process_id, version }) => ({ name: name || process_id, version })),
        ...deployment.decisions,
      ]
      const names = deployed.map(({ name, version }) => `${name} v${version}`)
      notifications.show({ message: t('deployed', { names: names.join(', ') }) })
      warnOfFindings(deployment.findings, t('deployedWithWarnings'))
      await queryClient.invalidateQueries({ queryKey: ['processes'] })
      await queryClient.invalidateQueries({ queryKey: ['decisions'] })
    },
  })
}

function ListActions({ deploy }: { deploy: ReturnType<typeof useDeployFiles> }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: () => createDraft({ name: t('draft.newName') }),
    onSuccess: (draft) => navigate({ to: '/processes/drafts/$draftId', params: { draftId: draft.draft_id } }),
  })
  return (
    <>
      {can('process.deploy') && (
        <FileButton multiple accept=".bpmn,.dmn,.xml" onChange={(files) => files.length > 0 && deploy.mutate(files)}>
          {(props) => (
            <Button {...props} variant="default" loading={deploy.isPending} leftSection={<Icon name="upload" size={14} />}>
              {t('action.deployFiles')}
            </Button>
          )}
        </FileButton>
      )}
      {can('process.edit') && (
        <Button loading={create.isPending} leftSection={<Icon name="plus" size={14} />} onClick={() => create.mutate()}>
          {t('action.newModel')}
        </Button>
      )}
    </>
  )
}

function ProcessList() {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const processes = useQuery(processListQuery)
  const columns: DataColumn<ProcessSummary>[] = [
    {
      id: 'name',
      header: t('column.process'),
      sortValue: ({ latest }) => latest.name || latest.process_id,
      cell: ({ latest }) => (
        <Link to="/processes/$processId" params={{ processId: latest.process_id }}>
          {latest.name || latest.process_id}
        </Link>
      ),
    },
    {
      id: 'version',
      header: t('column.version'),
      align: 'end',
      sortValue: ({ latest }) => latest.version,
      cell: ({ latest }) => latest.version,
    },
    { id: 'active', header: t('column.running'), align: 'end', sortValue: (row) => row.active, cell: (row) => row.active },
    { id: 'ended', header: t('column.ended'), align: 'end', hideBelow: 'phone', sortValue: (row) => row.ended, cell: (row) => row.ended },
    {
      id: 'incidents',
      header: t('column.incidents'),
      align: 'end',
      sortValue: (row) => row.incidents,
      cell: (row) =>
        row.incidents === 0 ? (
          0
        ) : (
          <Link to="/incidents" search={{ process: row.latest.process_id }} className={classes.incident}>
            <Icon name="incident" size={13} /> {row.incidents}
          </Link>
        ),
    },
    {
      id: 'deployed',
      header: t('column.deployed'),
      hideBelow: 'tablet',
      sortValue: ({ latest }) => latest.deployed_at,
      cell: ({ latest }) => <RelativeTime iso={latest.deployed_at} />,
    },
    { id: 'by', header: t('column.by'), hideBelow: 'tablet', cell: ({ latest }) => latest.deployed_by ?? '–' },
  ]
  return (
    <Async query={processes} rows={5}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty
            icon="process"
            title={t('list.none')}
            text={t('list.noneText')}
            action={<Link to="/mining">{t('list.fromLog')}</Link>}
          />
        ) : (
          <DataTable
            label={t('title')}
            columns={columns}
            rows={items}
            rowKey={({ latest }) => latest.process_id}
            onOpen={({ latest }) => void navigate({ to: '/processes/$processId', params: { processId: latest.process_id } })}
          />
        )
      }
    </Async>
  )
}
