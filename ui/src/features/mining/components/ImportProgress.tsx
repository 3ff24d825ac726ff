/** A running import: stage, how far, time left, cancel; then the log, or why not with the first examples. */
import { Button, Progress } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { ApiError, UNEXPECTED } from '@/shared/api/problem'
import { formatBytes, formatNumber } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Panel } from '@/shared/ui/Panel'

import { importQuery, type Import } from '../api/logs'
import classes from './Import.module.css'
import { ImportProblem } from './ImportProblem'

interface ImportProgressProps {
  importId: string
  /** The choices are still at hand, so that the person can change them. */
  canRevise: boolean
  onRevise: () => void
}

export function ImportProgress({ importId, canRevise, onRevise }: ImportProgressProps) {
  const query = useQuery(importQuery(importId))
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const state = query.data?.state
  const logId = query.data?.log_id
  useEffect(() => {
    if (state !== 'done' || typeof logId !== 'string') return
    void queryClient.invalidateQueries({ queryKey: ['logs'] })
    void navigate({ to: '/mining/logs/$logId', params: { logId }, replace: true })
  }, [state, logId, queryClient, navigate])
  return (
    <Panel>
      <Async query={query} rows={3}>
        {(progress) => <Content progress={progress} canRevise={canRevise} onRevise={onRevise} />}
      </Async>
    </Panel>
  )
}

function Content({ progress, canRevise, onRevise }: { progress: Import; canRevise: boolean; onRevise: () => void }) {
  const { t } = useTranslation('mining')
  const revise = <Button onClick={onRevise}>{t(canRevise ? 'import.revise' : 'import.again')}</Button>
  if (progress.state === 'cancelled') return <Empty icon="cancelled" title={t('import.cancelled')} text={t('import.cancelledText')} action={revise} />
  if (progress.state === 'failed') {
    const problem = progress.problem ?? { code: UNEXPECTED, status: 0, detail: '' }
    return (
      <div className={classes.stack}>
        <ImportProblem error={new ApiError(problem)} />
        <div>{revise}</div>
      </div>
    )
  }
  return <Running progress={progress} />
}

function Running({ progress }: { progress: Import }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const queryClient = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/logs/imports/{import_id}', { params: { path: { import_id: progress.import_id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['imports', progress.import_id] }),
  })
  const { stage, done, total, eta_s: eta } = progress
  const isBytes = stage === 'checking' || stage === 'reading'
  const say = (amount: number): string => (isBytes ? formatBytes(amount, language) : t('import.rows', { count: amount, rows: formatNumber(amount, language) }))
  return (
    <div className={classes.sending}>
      <p className={classes.lead}>{t(`import.stage.${stage === '' ? 'waiting' : stage}`, { defaultValue: stage })}</p>
      <Progress
        value={total === null || total === 0 ? 100 : (100 * done) / total}
        animated={total === null}
        aria-label={t('import.step.run')}
      />
      <p className="tl-muted" role="status">
        {total === null ? say(done) : `${say(done)} / ${say(total)}`}
        {eta !== null && eta > 2 && ` · ${t('import.eta', { time: formatDuration(Math.round(eta), language) })}`}
      </p>
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {t('import.cancel')}
      </Button>
    </div>
  )
}
