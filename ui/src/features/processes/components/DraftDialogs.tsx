/** The two moments when work could be lost: leaving unsaved, and two people saving the same draft. */
import { Button, Group, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import type { Problem as ProblemData } from '@/shared/api/problem'
import { Problem } from '@/shared/ui/Problem'

import type { DraftWork } from '../hooks/useDraft'

export function LeaveDialog({ work, onStay, onLeave }: { work: DraftWork; onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation('processes')
  return (
    <Modal opened onClose={onStay} title={t('leave.title')}>
      <p>{t('leave.text')}</p>
      {work.save.error !== null && <Problem error={work.save.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onStay}>
          {t('leave.stay')}
        </Button>
        <Button variant="default" color="red" onClick={onLeave}>
          {t('leave.discard')}
        </Button>
        <Button loading={work.save.isPending} onClick={() => work.save.mutate(undefined, { onSuccess: onLeave })}>
          {t('leave.save')}
        </Button>
      </Group>
    </Modal>
  )
}

export function ConflictDialog({ work, problem }: { work: DraftWork; problem: ProblemData }) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()

  function takeTheirs(): void {
    void queryClient.invalidateQueries({ queryKey: ['drafts'] }).then(() => window.location.reload())
  }

  function close(): void {
    work.save.reset()
    work.deploy.reset()
  }

  return (
    <Modal opened onClose={close} title={t('conflict.title')}>
      <p>{problem.detail}</p>
      <p>{t('conflict.text')}</p>
      {work.copy.error !== null && <Problem error={work.copy.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={takeTheirs}>
          {t('conflict.theirs')}
        </Button>
        <Button loading={work.copy.isPending} onClick={() => work.copy.mutate()}>
          {t('conflict.copy')}
        </Button>
      </Group>
    </Modal>
  )
}
