/** Grey lines where content will be; only after 300 ms, because a flash of grey disturbs more than a short wait. */
import { Skeleton } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

const DELAY_MS = 300

export function Loading({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation('shared')
  const [isDue, setDue] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), DELAY_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!isDue) return <div aria-busy="true" />
  return (
    <div role="status" aria-label={t('loading')} aria-busy="true">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={20} my={6} width={row % 2 === 0 ? '100%' : '82%'} />
      ))}
    </div>
  )
}
