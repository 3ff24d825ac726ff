/** A file of what is shown, as the server makes it: a link that can be copied; a click on it saves the file, and never an
 * answer that tells to wait. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import { fetchFile } from '../api/logs'

export function FileLink({ href, file, label = file }: { href: string; file: string; label?: string }) {
  const { t } = useTranslation('mining')
  const save = useMutation({
    mutationFn: async () => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(await fetchFile(href))
      link.download = file
      link.click()
      URL.revokeObjectURL(link.href)
    },
  })
  return (
    <>
      <Button
        component="a"
        href={href}
        download
        variant="default"
        loading={save.isPending}
        leftSection={<Icon name="download" size={14} />}
        aria-label={t('download', { what: label })}
        onClick={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {label}
      </Button>
      {save.error !== null && <Problem error={save.error} />}
    </>
  )
}
