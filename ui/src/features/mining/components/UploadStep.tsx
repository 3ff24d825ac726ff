/** Drop or choose a file; its bytes go up with progress, and can be stopped. */
import { Button, Progress } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState, type DragEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError } from '@/shared/api/problem'
import type { Schemas } from '@/shared/api/types'
import { formatBytes, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useSession } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import { limitsQuery, upload, type Work } from '../api/logs'
import classes from './Import.module.css'
import { WorkProgress } from './WorkProgress'

const ENDINGS = '.csv,.tsv,.txt,.xes,.parquet,.gz,.zip,.xlsx,.jsonocel,.xmlocel,.json,.xml,.sqlite'

export function UploadStep({ onUploaded }: { onUploaded: (uploaded: Schemas['UploadOut']) => void }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { csrf_token } = useSession()
  const system = useQuery({ ...limitsQuery, retry: false })
  const limit = system.data?.limits.upload_bytes
  const input = useRef<HTMLInputElement>(null)
  const stop = useRef<AbortController | null>(null)
  const [isOver, setOver] = useState(false)
  const [work, setWork] = useState<Work>()
  const [sent, setSent] = useState<{ file: string; bytes: number; total: number } | null>(null)

  const send = useMutation({
    mutationFn: (file: File) => {
      if (typeof limit === 'number' && file.size > limit) throw tooLarge(file.size, limit)
      stop.current = new AbortController()
      setSent({ file: file.name, bytes: 0, total: file.size })
      setWork(undefined)
      return upload(file, {
        csrfToken: csrf_token,
        signal: stop.current.signal,
        onProgress: (bytes, total) => setSent({ file: file.name, bytes, total }),
        onLooking: setWork,
      })
    },
    onSuccess: onUploaded,
  })
  const isStopped = send.error instanceof DOMException && send.error.name === 'AbortError'

  function take(files: FileList | null | undefined): void {
    const file = files?.[0]
    if (file !== undefined && !send.isPending) send.mutate(file)
  }

  function onDrop(event: DragEvent): void {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files)
  }

  return (
    <div className={classes.stack}>
      {send.error !== null && !isStopped && <Problem error={send.error} />}
      {/* Dropping is the short way; the button inside does the same for keyboard and screen reader. */}
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        {send.isPending && sent !== null ? (
          work !== undefined ? <WorkProgress work={work} /> : <Sending sent={sent} onStop={() => stop.current?.abort()} />
        ) : (
          <>
            <Icon name="upload" size={24} />
            <p className={classes.lead}>{t('import.drop')}</p>
            <Button size="sm" onClick={() => input.current?.click()}>
              {t('import.choose')}
            </Button>
            <p className="tl-muted">
              {t('import.formats')}
              {typeof limit === 'number' && ` · ${t('import.limit', { size: formatBytes(limit, language) })}`}
            </p>
          </>
        )}
        <input ref={input} type="file" accept={ENDINGS} hidden aria-label={t('import.choose')} onChange={(event) => take(event.currentTarget.files)} />
      </div>
      <div className={classes.hints}>
        <p>{t('import.needs')}</p>
        <p className="tl-muted">{t('import.stays')}</p>
      </div>
    </div>
  )
}

function Sending({ sent, onStop }: { sent: { file: string; bytes: number; total: number }; onStop: () => void }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const share = sent.total === 0 ? 0 : sent.bytes / sent.total
  // Everything is sent: what lasts now is the server's first look at the columns.
  const isLooking = share >= 1
  return (
    <div className={classes.sending}>
      <p className={classes.lead}>{t(isLooking ? 'import.looking' : 'import.sending', { file: sent.file })}</p>
      <Progress value={100 * share} aria-label={t('import.sending', { file: sent.file })} animated={isLooking} />
      <p className="tl-muted" role="status">
        {formatBytes(sent.bytes, language)} / {formatBytes(sent.total, language)} · {formatShare(share, language)}
      </p>
      {!isLooking && (
        <Button variant="default" onClick={onStop}>
          {t('shared:action.cancel')}
        </Button>
      )}
    </div>
  )
}

function tooLarge(size: number, limit: number): ApiError {
  return new ApiError({
    code: 'UI-FILE-TOO-LARGE', status: 413, detail: `The file has ${size} bytes, the limit is ${limit}.`, remedy: '',
    parameters: { size: `${size}`, limit: `${limit}` },
  })
}
