import { useTranslation } from 'react-i18next'

import { Page } from '@/shared/ui/Page'

export function LogPage() {
  const { t } = useTranslation('mining')
  return <Page title={t('title')}>{null}</Page>
}
