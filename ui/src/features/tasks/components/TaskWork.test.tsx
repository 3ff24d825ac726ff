// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { UserTaskDetail } from '@/shared/api/types'
import { listenToKeys } from '@/shared/keys/shortcuts'
import { renderPart } from '@/shared/testing/render'

import { TaskWork } from './TaskWork'

const TASK: UserTaskDetail['task'] = {
  user_task_id: '1700', name: 'Check', instance_key: '17', process_id: 'permit', process_name: 'Permit', version: 1,
  element_id: 'check', business_key: 'A-1', assignee: 'ada', candidate_groups: [], state: 'open',
  created_at: '2026-03-01T12:00:00Z', due_at: null, completed_at: null, priority: 50,
}
const FORM = {
  type: 'default',
  components: [{ type: 'textfield', id: 'field_note', key: 'note', label: 'Note', validate: { required: true } }],
}

function show(part: Partial<UserTaskDetail>, onComplete = vi.fn()) {
  const detail: UserTaskDetail = { task: TASK, form_schema: null, variables: {}, form_id: null, form_version: null, ...part }
  return renderPart(<TaskWork detail={detail} mode="edit" isSending={false} onComplete={onComplete} />).then(() => onComplete)
}

const submit = () => fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true })

let stop: () => void
beforeEach(() => {
  sessionStorage.clear()
  stop = listenToKeys()
})
afterEach(() => stop())

test('without a form, only what the person changed is sent', async () => {
  const onComplete = await show({ variables: { amount: 12, applicant: 'Ada' } })

  const amount = screen.getByRole('textbox', { name: 'Value: amount' })
  await userEvent.clear(amount)
  await userEvent.type(amount, '13.5')
  submit()

  expect(onComplete).toHaveBeenCalledWith({ amount: 13.5 })
})

test('what cannot be sent is not sent, and says why', async () => {
  const onComplete = await show({ variables: { amount: 12 } })

  await userEvent.type(screen.getByRole('textbox', { name: 'Value: amount' }), ',5')
  submit()

  expect(onComplete).not.toHaveBeenCalled()
  expect(screen.getByText('Not a number (use a point for decimals)')).toBeTruthy()
})

test('a form with a missing field is not sent; filled in, its data is, and its maker is named', async () => {
  const onComplete = await show({ form_schema: FORM, variables: { district: 'Harbour' } })
  await screen.findByLabelText(/Note/, {}, { timeout: 5000 })
  await waitFor(() => expect(screen.queryByRole('status')).toBeNull())

  submit()
  expect(onComplete).not.toHaveBeenCalled()
  await userEvent.type(screen.getByLabelText(/Note/), 'done')
  submit()

  expect(sessionStorage.getItem('taktloom.task-draft.1700')).toBe('{"note":"done"}')
  expect(onComplete).toHaveBeenCalledWith(expect.objectContaining({ note: 'done' }))
  expect(document.querySelector('.fjs-powered-by')).not.toBeNull()
})

test('facts of the case that the form leaves out stand beside it', async () => {
  await show({ form_schema: { components: [] }, variables: { district: 'Harbour' } })

  expect(screen.getByText('Case data')).toBeTruthy()
  expect(screen.getByText('Harbour')).toBeTruthy()
})
