/** What is said and filed beside a task, and what became of it. */
import { queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

export type Comment = Schemas['Comment']
export type Attachment = Schemas['Attachment']
export type HistoryEntry = Schemas['HistoryEntry']

const path = (taskId: string) => ({ params: { path: { user_task_id: taskId } } })

export function commentsQuery(taskId: string) {
  return queryOptions({ queryKey: ['tasks', 'comments', taskId], queryFn: () => unwrap(api.GET('/api/v1/tasks/{user_task_id}/comments', path(taskId))) })
}

export function addComment(taskId: string, text: string): Promise<Comment> {
  return unwrap(api.POST('/api/v1/tasks/{user_task_id}/comments', { ...path(taskId), body: { text } }))
}

export function attachmentsQuery(taskId: string) {
  return queryOptions({ queryKey: ['tasks', 'attachments', taskId], queryFn: () => unwrap(api.GET('/api/v1/tasks/{user_task_id}/attachments', path(taskId))) })
}

export function addAttachment(taskId: string, file: File): Promise<Attachment> {
  return unwrap(
    api.POST('/api/v1/tasks/{user_task_id}/attachments', {
      params: { path: { user_task_id: taskId }, query: { name: file.name } },
      body: file as never,
      bodySerializer: (given: unknown) => given as File,
      headers: { 'Content-Type': 'application/octet-stream' },
    }),
  )
}

export function removeAttachment(taskId: string, number: number): Promise<unknown> {
  return unwrap(api.DELETE('/api/v1/tasks/{user_task_id}/attachments/{number}', { params: { path: { user_task_id: taskId, number } } }))
}

export function attachmentAddress(taskId: string, number: number): string {
  return `/api/v1/tasks/${encodeURIComponent(taskId)}/attachments/${number}`
}

export function historyQuery(taskId: string) {
  return queryOptions({ queryKey: ['tasks', 'history', taskId], queryFn: () => unwrap(api.GET('/api/v1/tasks/{user_task_id}/history', path(taskId))) })
}
