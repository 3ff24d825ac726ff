/** Beside the work: comments, files, and what happened to the task. */
import { ActionIcon, Button, FileButton, Tabs, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { UserTask } from '@/shared/api/types'
import { formatBytes } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useShortcuts } from '@/shared/keys/shortcuts'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import { addAttachment, addComment, attachmentAddress, attachmentsQuery, commentsQuery, historyQuery, removeAttachment, type Attachment } from '../api/notes'
import { NOTE_TABS, type NoteTab } from '../routes'
import classes from './TaskNotes.module.css'

interface TaskNotesProps {
  task: UserTask
  tab: NoteTab
  onTab: (tab: NoteTab) => void
}

export function TaskNotes({ task, tab, onTab }: TaskNotesProps) {
  const { t } = useTranslation('tasks')
  const id = task.user_task_id
  const comments = useQuery(commentsQuery(id))
  const attachments = useQuery(attachmentsQuery(id))
  const counts: Record<NoteTab, number | undefined> = { comments: comments.data?.length, files: attachments.data?.length, history: undefined }
  return (
    <Tabs className={classes.notes} value={tab} onChange={(value) => onTab((value as NoteTab | null) ?? 'comments')}>
      <Tabs.List mb="sm">
        {NOTE_TABS.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`notes.${each}`)}
            {(counts[each] ?? 0) > 0 && ` ${counts[each] ?? ''}`}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="comments">{tab === 'comments' && <Comments task={task} />}</Tabs.Panel>
      <Tabs.Panel value="files">{tab === 'files' && <Files task={task} />}</Tabs.Panel>
      <Tabs.Panel value="history">{tab === 'history' && <History taskId={id} />}</Tabs.Panel>
    </Tabs>
  )
}

function Comments({ task }: { task: UserTask }) {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const queryClient = useQueryClient()
  const id = task.user_task_id
  const comments = useQuery(commentsQuery(id))
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const add = useMutation({
    mutationFn: () => addComment(id, text.trim()),
    onSuccess: async () => {
      setText('')
      await queryClient.invalidateQueries({ queryKey: ['tasks'] })
    },
  })
  useShortcuts([{ keys: 'm', label: t('notes.write'), run: () => field.current?.focus() }])
  return (
    <>
      <Async query={comments} rows={2}>
        {(found) =>
          found.length === 0 ? (
            <p className="tl-muted">{t('notes.noComments')}</p>
          ) : (
            <ol className={classes.list} aria-label={t('notes.comments')}>
              {found.map(({ number, author, written_at, text: said }) => (
                <li key={number}>
                  <p className={classes.who}>
                    <strong>{author}</strong> <RelativeTime iso={written_at} />
                  </p>
                  <p className={classes.said}>{said}</p>
                </li>
              ))}
            </ol>
          )
        }
      </Async>
      {can('task.work') && (
        <form
          className={classes.write}
          onSubmit={(event) => {
            event.preventDefault()
            add.mutate()
          }}
        >
          <Textarea ref={field} aria-label={t('notes.write')} placeholder={t('notes.write')} autosize minRows={2} maxRows={10} maxLength={10_000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          {add.error !== null && <Problem error={add.error} />}
          <div>
            <Button type="submit" variant="default" disabled={text.trim() === ''} loading={add.isPending}>
              {t('notes.add')}
            </Button>
          </div>
        </form>
      )}
    </>
  )
}

function Files({ task }: { task: UserTask }) {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const queryClient = useQueryClient()
  const id = task.user_task_id
  const attachments = useQuery(attachmentsQuery(id))
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['tasks'] })
  const add = useMutation({
    mutationFn: async (files: readonly File[]) => {
      for (const file of files) await addAttachment(id, file)
    },
    onSettled: refresh,
  })
  const isOpen = task.state === 'open' && can('task.work')
  return (
    <>
      <Async query={attachments} rows={2}>
        {(found) =>
          found.length === 0 ? (
            <p className="tl-muted">{t('notes.noFiles')}</p>
          ) : (
            <ul className={classes.list} aria-label={t('notes.files')}>
              {found.map((file) => (
                <FileRow key={file.number} taskId={id} file={file} isRemovable={isOpen} onRemoved={refresh} />
              ))}
            </ul>
          )
        }
      </Async>
      {add.error !== null && <Problem error={add.error} />}
      {isOpen && (
        <FileButton multiple onChange={(files) => add.mutate(files)} inputProps={{ 'aria-label': t('notes.attach') }}>
          {(props) => (
            <Button {...props} variant="default" mt="xs" loading={add.isPending} leftSection={<Icon name="upload" size={14} />}>
              {t('notes.attach')}
            </Button>
          )}
        </FileButton>
      )}
    </>
  )
}

interface FileRowProps {
  taskId: string
  file: Attachment
  isRemovable: boolean
  onRemoved: () => Promise<void>
}

function FileRow({ taskId, file, isRemovable, onRemoved }: FileRowProps) {
  const { t } = useTranslation('tasks')
  const language = useLanguage()
  const remove = useMutation({ mutationFn: () => removeAttachment(taskId, file.number), onSuccess: onRemoved })
  return (
    <li>
      <div className={classes.file}>
        <a href={attachmentAddress(taskId, file.number)} download={file.name}>
          {file.name}
        </a>
        <span className="tl-muted">
          {formatBytes(file.size_bytes, language)} · {file.added_by} · <RelativeTime iso={file.added_at} />
        </span>
        {isRemovable && (
          <ActionIcon variant="subtle" aria-label={t('notes.remove', { name: file.name })} loading={remove.isPending} onClick={() => remove.mutate()}>
            <Icon name="trash" size={14} />
          </ActionIcon>
        )}
      </div>
      {remove.error !== null && <Problem error={remove.error} />}
    </li>
  )
}

function History({ taskId }: { taskId: string }) {
  const { t } = useTranslation('tasks')
  const history = useQuery(historyQuery(taskId))
  return (
    <Async query={history} rows={3}>
      {(entries) => (
        <ol className={classes.list} aria-label={t('notes.history')}>
          {entries.map(({ kind, occurred_at, actor, detail }, index) => (
            <li key={index}>
              {t(`history.${kind}`, { defaultValue: kind })}
              {actor !== null && <strong> {actor}</strong>} <RelativeTime iso={occurred_at} />
              <span className="tl-muted"> {Object.values(detail).filter(Boolean).join(' · ')}</span>
            </li>
          ))}
        </ol>
      )}
    </Async>
  )
}
