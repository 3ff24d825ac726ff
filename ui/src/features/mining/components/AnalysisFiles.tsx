/** The drawing and the files of an analysis, waited for where the server has to make them first. */
import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'
import { Loading } from '@/shared/ui/Loading'
import { Problem } from '@/shared/ui/Problem'

import { fileAddress, type AnalysisRun } from '../analyses'
import { drawingQuery, fetchFile } from '../api/analyses'

interface FileProps {
  run: AnalysisRun
  file: string
}

export function Drawing({ run, file, label }: FileProps & { label: string }) {
  const { data, error, refetch } = useQuery(drawingQuery(run, file))
  if (data !== undefined) return <Picture content={data} label={label} />
  return error === null ? <Loading rows={4} /> : <Problem error={error} onRetry={() => void refetch()} />
}

function Picture({ content, label }: { content: Blob; label: string }) {
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    const address = URL.createObjectURL(content)
    if (image.current !== null) image.current.src = address
    return () => URL.revokeObjectURL(address)
  }, [content])
  return <img ref={image} alt={label} />
}

/** A link that can be copied; a click on it saves the file, and never an answer that tells to wait. */
export function AnalysisFileLink({ run, file }: FileProps) {
  const { t } = useTranslation('mining')
  const save = useMutation({
    mutationFn: async () => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(await fetchFile(run, file))
      link.download = file
      link.click()
      URL.revokeObjectURL(link.href)
    },
  })
  return (
    <>
      <Button
        component="a"
        href={fileAddress(run, file)}
        download
        variant="default"
        loading={save.isPending}
        leftSection={<Icon name="download" size={14} />}
        aria-label={t('download', { what: file })}
        onClick={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {file}
      </Button>
      {save.error !== null && <Problem error={save.error} />}
    </>
  )
}
