/** Every deployed version of a process, newest first. */
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import type { DeployedProcess } from '../api/types'

export function VersionList({ versions }: { versions: DeployedProcess[] }) {
  const { t } = useTranslation('processes')
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
