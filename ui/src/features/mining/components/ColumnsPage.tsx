/** Reads a log's kept source again with other columns in other roles; the log keeps its address. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { Async } from '@/shared/ui/Async'
import { Page } from '@/shared/ui/Page'

import { logQuery, type LogDetail } from '../api/logs'
import { columnsOf } from '../mapping'
import classes from './Import.module.css'
import { ImportProgress } from './ImportProgress'
import { MappingForm, type ImportChoice } from './MappingForm'

export function ColumnsPage() {
  const { t } = useTranslation('mining')
  const { logId } = useParams({ from: '/shell/mining/logs/$logId/columns' })
  const log = useQuery(logQuery(logId))
  return (
    <Page title={log.data === undefined ? t('menu.columns') : t('mapping.title', { name: log.data.name })}>
      <Async query={log}>{(detail) => <Remap log={detail} />}</Async>
    </Page>
  )
}

function Remap({ log }: { log: LogDetail }) {
  const { t } = useTranslation('mining')
  const navigate = useNavigate({ from: '/mining/logs/$logId/columns' })
  const { running } = useSearch({ from: '/shell/mining/logs/$logId/columns' })
  const columns = columnsOf(log.mapping).map((name) => ({ name, type: '', samples: [], missing_share: 0 }))

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
          source={{ columns, confidence: {}, needs_timezone: false, date_formats: [] }}
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
