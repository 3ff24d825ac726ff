/** Every deployed version of a process, newest first. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useCan } from '@/shared/session/session'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { versionUseQuery } from '../api/migration'
import type { DeployedProcess } from '../api/types'

export function VersionList({ processId, versions }: { processId: string; versions: DeployedProcess[] }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const use = useQuery(versionUseQuery(processId))
  const active = new Map(use.data?.map(({ version, active: count }) => [version, count]))
  const columns: DataColumn<DeployedProcess>[] = [
    {
      id: 'version',
      header: t('column.version'),
      sortValue: (row) => row.version,
      cell: (row) => (
        <Link to="/processes/$processId" params={{ processId: row.process_id }} search={{ tab: 'diagram', version: row.version }}>
          {t('version', { version: row.version })}
        </Link>
      ),
    },
    { id: 'tag', header: t('column.tag'), hideBelow: 'phone', cell: (row) => row.version_tag ?? '–' },
    {
      id: 'running',
      header: t('column.running'),
      align: 'end',
      sortValue: (row) => active.get(row.version) ?? 0,
      cell: (row) => <Running processId={row.process_id} version={row.version} count={active.get(row.version)} isMigratable={versions.length > 1 && can('instance.view')} />,
    },
    { id: 'file', header: t('column.file'), hideBelow: 'phone', cell: (row) => row.resource_name },
    { id: 'deployed', header: t('column.deployed'), sortValue: (row) => row.deployed_at, cell: (row) => <RelativeTime iso={row.deployed_at} /> },
    { id: 'by', header: t('column.by'), cell: (row) => row.deployed_by ?? '–' },
    {
      id: 'checksum',
      header: 'SHA-256',
      hideBelow: 'tablet',
      cell: (row) => <code title={row.checksum}>{row.checksum.slice(0, 12)}</code>,
    },
  ]
  const newestFirst = [...versions].sort((a, b) => b.version - a.version)
  return <DataTable label={t('tab.versions')} columns={columns} rows={newestFirst} rowKey={(row) => row.definition_key} />
}

/** How many run by a version, and the way to carry them over to another one. */
function Running({ processId, version, count, isMigratable }: { processId: string; version: number; count: number | undefined; isMigratable: boolean }) {
  const { t } = useTranslation('processes')
  if (count === undefined) return '–'
  return (
    <>
      <span className="tl-number">{count}</span>
      {isMigratable && count > 0 && (
        <>
          {' · '}
          <Link to="/processes/$processId/migration" params={{ processId }} search={{ from: version }} aria-label={t('migration.startOf', { version })}>
            {t('migration.start')}
          </Link>
        </>
      )}
    </>
  )
}
