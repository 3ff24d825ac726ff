/** Edit a draft: model and decisions, save with a guard against two editors at once, check, deploy. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Async } from '@/shared/ui/Async'
import { Page } from '@/shared/ui/Page'

import { draftQuery } from '../api/drafts'
import { DraftEditor } from './DraftEditor'

export function DraftPage() {
  const { t } = useTranslation('processes')
  const { draftId } = useParams({ from: '/shell/processes/drafts/$draftId' })
  const draft = useQuery(draftQuery(draftId))
  if (draft.data !== undefined) return <DraftEditor key={draftId} draft={draft.data} />
  return (
    <Page title={t('draft.title')}>
      <Async query={draft} rows={8}>
        {() => null}
      </Async>
    </Page>
  )
}
