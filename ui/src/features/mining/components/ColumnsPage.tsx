/** Reads a log's kept source again with other columns in other roles; the log keeps its address. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { Async } from '@/shared/ui/Async'
import { Page } from '@/shared/ui/Page'

import { columnsQuery, logQuery, type LogDetail, type LogSniff } from '../api/logs'
import classes from './Import.module.css'
import { ImportProgress } from './ImportProgress'
import { MappingForm, type ImportChoice } from './MappingForm'

export function ColumnsPage() {
  const { t } = useTranslation('mining')
  const { logId } = useParams({ from: '/shell/mining/logs/$logId/columns' })
  const log = useQuery(logQuery(logId))
  const columns = useQuery(columnsQuery(logId))
  return (
    <Page title={log.data === undefined ? t('menu.columns') : t('mapping.title', { name: log.data.name })}>
      <Async query={log}>{(detail) => <Async query={columns}>{(source) => <Remap log={detail} source={source} />}</Async>}</Async>
    </Page>
  )
}

function Remap({ log, source }: { log: LogDetail; source: LogSniff }) {
  const { t } = useTranslation('mining')
  const navigate = useNavigate({ from: '/mining/logs/$logId/columns' })
  const { running } = useSearch({ from: '/shell/mining/logs/$logId/columns' })

  async function start({ mapping, timezone, date_format, skip_bad_rows }: ImportChoice): Promise<void> {
    const body = { mapping, timezone, date_format, skip_bad_rows }
    const { import_id } = await unwrap(api.POST('/api/v1/logs/{log_id}/remap', { params: { path: { log_id: log.log_id } }, body }))
    await navigate({ search: { running: import_id }, replace: true })
  }

  return (
    <>
      {running !== undefined && (
        <ImportProgress importId={running} canRevise onRevise={() => void navigate({ search: {}, replace: true })} />
      )}
      <div hidden={running !== undefined}>
        <p className={classes.kept}>{t('mapping.keptSource', { file: log.source_name })}</p>
        <MappingForm
          source={{ ...source, confidence: {} }}
          initial={log.mapping}
          name={log.name}
          timezone={log.timezone}
          failedImport={running}
          submit="columns"
          onSubmit={start}
          onBack={() => void navigate({ to: '/mining/logs/$logId', params: { logId: log.log_id } })}
        />
      </div>
    </>
  )
}
