import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Empty } from '@/shared/ui/Empty'

export function NotFound() {
  const { t } = useTranslation('app')
  return <Empty icon="search" title={t('notFound.title')} text={t('notFound.text')} action={<Link to="/">{t('notFound.home')}</Link>} />
}
