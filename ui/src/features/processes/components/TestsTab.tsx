/** The test cases of the open decision. */
import { useTranslation } from 'react-i18next'

import { Empty } from '@/shared/ui/Empty'

import type { PanelTabProps } from './DecisionPanel'

export function TestsTab({ view }: PanelTabProps) {
  const { t } = useTranslation('processes')
  if (view.type === 'drd') return <Empty icon="table" title={t('tests.noDecision')} text={t('tests.noDecisionText')} />
  return <Empty icon="table" title={t('tests.none')} text={t('tests.noneText')} />
}
