import { useTranslation } from 'react-i18next'

import { Page } from '@/shared/ui/Page'

export function IncidentsPage() {
  const { t } = useTranslation('processes')
  return <Page title={t('title')}>{null}</Page>
}
