/** Models being edited, not deployed. */
import { ActionIcon, Button, Group, Modal, Tooltip } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Async } from '@/shared/ui/Async'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { deleteDraft, draftListQuery } from '../api/drafts'
import type { DraftSummary } from '../api/types'

export function DraftList() {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const drafts = useQuery(draftListQuery)
  const [doomed, setDoomed] = useState<DraftSummary | null>(null)
  const columns: DataColumn<DraftSummary>[] = [
    {
      id: 'name',
      header: t('column.draft'),
      sortValue: (row) => row.name,
      cell: (row) => (
        <Link to="/processes/drafts/$draftId" params={{ draftId: row.draft_id }}>
          {row.name}
        </Link>
      ),
    },
    { id: 'revision', header: t('column.revision'), align: 'end', sortValue: (row) => row.revision, cell: (row) => row.revision },
    {
      id: 'updated',
      header: t('column.updated'),
      sortValue: (row) => row.updated_at,
      cell: (row) => <RelativeTime iso={row.updated_at} />,
    },
    { id: 'by', header: t('column.by'), hideBelow: 'phone', cell: (row) => row.updated_by ?? '–' },
    { id: 'origin', header: t('column.origin'), hideBelow: 'tablet', cell: (row) => <Origin draft={row} /> },
    {
      id: 'delete',
      header: '',
      align: 'end',
      cell: (row) => (
        <Tooltip label={t('shared:action.delete')}>
          <ActionIcon
            aria-label={`${t('shared:action.delete')}: ${row.name}`}
            onClick={(event) => {
              event.stopPropagation()
              setDoomed(row)
            }}
          >
            <Icon name="trash" />
          </ActionIcon>
        </Tooltip>
      ),
    },
  ]
  return (
    <>
      {(drafts.data?.items.length ?? 0) > 0 && (
        <p>
          <FromSheet />
        </p>
      )}
      <Async query={drafts} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="draft" title={t('draft.none')} text={t('draft.noneText')} action={<FromSheet />} />
          ) : (
            <DataTable
              label={t('list.drafts')}
              columns={columns}
              rows={items}
              rowKey={(row) => row.draft_id}
              onOpen={(row) => void navigate({ to: '/processes/drafts/$draftId', params: { draftId: row.draft_id } })}
            />
          )
        }
      </Async>
      {doomed !== null && <DeleteDialog draft={doomed} onClose={() => setDoomed(null)} />}
    </>
  )
}

function FromSheet() {
  const { t } = useTranslation('processes')
  return <Link to="/processes/from-sheet">{t('sheet.title')}</Link>
}

function Origin({ draft }: { draft: DraftSummary }) {
  const { t } = useTranslation('processes')
  if (draft.source_log_id !== null)
    return (
      <Link to="/mining/logs/$logId" params={{ logId: draft.source_log_id }}>
        {t('draft.fromLog')}
      </Link>
    )
  return draft.based_on ?? '–'
}

function DeleteDialog({ draft, onClose }: { draft: DraftSummary; onClose: () => void }) {
  const { t } = useTranslation('processes')
  const queryClient = useQueryClient()
  const remove = useMutation({
    mutationFn: () => deleteDraft(draft.draft_id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['drafts', 'list'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('draft.deleteTitle')}>
      <p>{t('draft.deleteText', { name: draft.name })}</p>
      {remove.error !== null && <Problem error={remove.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('shared:action.delete')}
        </Button>
      </Group>
    </Modal>
  )
}
