/** A work that the server does for this person: its stage, how far, the time left, and a way to stop it. */
import { Button, Progress } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Problem } from '@/shared/ui/Problem'

import { cancelWork, type Work } from '../api/logs'
import classes from './Import.module.css'

export function WorkProgress({ work }: { work: Work | undefined }) {
  const { t } = useTranslation('mining')
  const cancel = useMutation({ mutationFn: cancelWork })
  return (
    <div className={classes.sending}>
      <Bar stage={work?.stage || 'waiting'} done={work?.done ?? 0} total={work?.total ?? null} eta={work?.eta_s ?? null} />
      {cancel.error !== null && <Problem error={cancel.error} />}
      <Button variant="default" disabled={work === undefined} loading={cancel.isPending} onClick={() => work !== undefined && cancel.mutate(work.work_id)}>
        {t('work.cancel')}
      </Button>
    </div>
  )
}

function Bar({ stage, done, total, eta }: { stage: string; done: number; total: number | null; eta: number | null }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const name = t(`work.stage.${stage}`, { defaultValue: stage })
  return (
    <>
      <p className={classes.lead}>{name}</p>
      <Progress value={total === null ? 100 : (100 * done) / total} animated={total === null} aria-label={name} />
      <p className="tl-muted" role="status">
        {total !== null && `${formatNumber(done, language)} / ${formatNumber(total, language)}`}
        {eta !== null && eta > 2 && ` · ${t('import.eta', { time: formatDuration(Math.round(eta), language) })}`}
      </p>
    </>
  )
}
