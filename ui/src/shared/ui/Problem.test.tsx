// @vitest-environment jsdom
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { ApiError } from '@/shared/api/problem'
import { renderPart } from '@/shared/testing/render'

import { FindingList, Problem } from './Problem'

const REFUSED = new ApiError({
  code: 'TL-1101',
  status: 422,
  detail: '2 problems in 1 files; nothing was deployed.',
  place: { source: 'permit.bpmn', line: 88, element_id: 'g_amount' },
  remedy: 'Mend the expression.',
  findings: [
    { severity: 'warning', rule: 'unreachable-node', message: 'No path leads here from a start event.', place: { source: '' }, remedy: '' },
    { severity: 'error', rule: 'job-type-missing', message: 'The service task has no job type.', place: { source: '' }, remedy: '' },
  ],
})

test('a problem shows cause, place and remedy, and its findings worst first', async () => {
  await renderPart(<Problem error={REFUSED} />)

  expect(screen.getByText('2 problems in 1 files; nothing was deployed.')).toBeTruthy()
  expect(screen.getByText('permit.bpmn:88 g_amount')).toBeTruthy()
  expect(screen.getByText('Mend the expression.')).toBeTruthy()
  const [first] = screen.getAllByRole('listitem')
  expect(within(first as HTMLElement).getByText('The service task has no job type.')).toBeTruthy()
})

test('the same problem in Chinese leaves nothing in English but the place and the code', async () => {
  await renderPart(<Problem error={REFUSED} />, 'zh-CN')

  expect(screen.getByText('模型无法使用')).toBeTruthy()
  expect(screen.getByText('1 个文件中共有 2 个问题，未部署任何内容。')).toBeTruthy()
  expect(screen.getByText('服务任务没有作业类型。')).toBeTruthy()
  const words = (screen.getByRole('alert').textContent ?? '').match(/[A-Za-z]{2,}/g) ?? []
  expect(words.filter((word) => !['permit', 'bpmn', 'amount', 'TL'].includes(word))).toEqual([])
})

test('a place that names an element leads there', async () => {
  const onElement = vi.fn()
  await renderPart(<Problem error={REFUSED} onElement={onElement} />)

  await userEvent.click(screen.getByRole('button', { name: 'permit.bpmn:88 g_amount' }))

  expect(onElement).toHaveBeenCalledWith('g_amount')
})

test('a server that does not answer is said in words, not as a stack', async () => {
  await renderPart(<Problem error={new TypeError('Failed to fetch')} />)

  expect(screen.getByText('The server does not answer')).toBeTruthy()
  expect(screen.queryByText(/Failed to fetch/)).toBeNull()
})

test('a finding tells the way that shows it, and leads to it in the diagram', async () => {
  const onWay = vi.fn()
  const stuck = {
    severity: 'warning' as const,
    rule: 'deadlock',
    message: 'The case can get stuck here for ever: the join waits for a token that does not come.',
    place: { source: '', element_id: 'j' },
    remedy: '',
    path: ['s', 'x', 'a'],
  }
  await renderPart(<FindingList findings={[stuck]} onWay={onWay} />)

  expect(screen.getByText('s › x › a')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Show in the diagram' }))

  expect(onWay).toHaveBeenCalledWith({ path: ['s', 'x', 'a'], end: 'j' })
})
