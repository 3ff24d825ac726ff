import { useTranslation } from 'react-i18next'

import { Page } from '@/shared/ui/Page'

export function KeysPage() {
  const { t } = useTranslation('admin')
  return <Page title={t('title')}>{null}</Page>
}
