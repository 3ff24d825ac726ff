/** A file of what is shown, as the server makes it. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'

export function FileLink({ href, label }: { href: string; label: string }) {
  const { t } = useTranslation('mining')
  return (
    <Button component="a" href={href} download variant="default" leftSection={<Icon name="download" size={14} />} aria-label={t('download', { what: label })}>
      {label}
    </Button>
  )
}
