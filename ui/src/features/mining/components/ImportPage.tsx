/** From a file to a log: upload, confirm what was recognised, import. A reload goes on following a running import. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'
import { Async } from '@/shared/ui/Async'
import { Page } from '@/shared/ui/Page'

import { logQuery, type LogDetail } from '../api/logs'
import { carriedOver, startingMapping } from '../mapping'
import { ImportProgress } from './ImportProgress'
import { MappingForm, type ImportChoice } from './MappingForm'
import { Steps } from './Steps'
import { UploadStep } from './UploadStep'

type Upload = Schemas['UploadOut']

export function ImportPage() {
  const { t } = useTranslation('mining')
  const { newer } = useSearch({ from: '/shell/mining/import' })
  const log = useQuery({ ...logQuery(newer ?? ''), enabled: newer !== undefined })
  if (newer === undefined) return <Wizard older={null} title={t('import.title')} />
  return log.data === undefined ? (
    <Page title={t('menu.newer')}>
      <Async query={log}>{() => null}</Async>
    </Page>
  ) : (
    <Wizard older={log.data} title={t('import.newerTitle', { name: log.data.name })} />
  )
}

function Wizard({ older, title }: { older: LogDetail | null; title: string }) {
  const navigate = useNavigate({ from: '/mining/import' })
  const { running } = useSearch({ from: '/shell/mining/import' })
  const [upload, setUpload] = useState<Upload | null>(null)
  const follow = (importId: string | undefined): void =>
    void navigate({ search: (before) => ({ ...before, running: importId }), replace: true })

  async function start(choice: ImportChoice): Promise<void> {
    const body = { upload_id: upload?.upload_id ?? '', ...choice }
    const started =
      older === null
        ? await unwrap(api.POST('/api/v1/logs', { body }))
        : await unwrap(api.POST('/api/v1/logs/{log_id}/newer', { params: { path: { log_id: older.log_id } }, body }))
    follow(started.import_id)
  }

  const step = running !== undefined ? 2 : upload !== null ? 1 : 0
  return (
    <Page title={title}>
      <Steps at={step} />
      {running !== undefined && (
        <ImportProgress importId={running} canRevise={upload !== null} onRevise={() => follow(undefined)} />
      )}
      {upload === null && running === undefined && <UploadStep onUploaded={setUpload} />}
      {upload !== null && (
        // Hidden, not taken away, while the import runs: after a failure everything chosen is still there.
        <div hidden={running !== undefined}>
          <Choices upload={upload} older={older} running={running} onSubmit={start} onBack={() => setUpload(null)} />
        </div>
      )}
    </Page>
  )
}

interface ChoicesProps {
  upload: Upload
  older: LogDetail | null
  running: string | undefined
  onSubmit: (choice: ImportChoice) => Promise<void>
  onBack: () => void
}

function Choices({ upload: { upload_id, sniff }, older, running, onSubmit, onBack }: ChoicesProps) {
  const names = sniff.columns.map(({ name }) => name)
  return (
    <MappingForm
      key={upload_id}
      source={sniff}
      initial={older === null ? startingMapping(sniff.suggested, names) : carriedOver(older.mapping, sniff.suggested, names)}
      name={older?.name ?? nameOf(sniff.file_name)}
      timezone={older?.timezone ?? null}
      failedImport={running}
      submit={older === null ? 'import' : 'newer'}
      onSubmit={onSubmit}
      onBack={onBack}
    />
  )
}

/** `orders 2026.csv.gz` -> `orders 2026` */
function nameOf(fileName: string): string {
  return fileName.replace(/\.(gz|zip)$/i, '').replace(/\.[a-z]+$/i, '')
}
