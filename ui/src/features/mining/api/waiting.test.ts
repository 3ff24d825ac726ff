// @vitest-environment jsdom
import { QueryClient } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'

import { fetchFile, lookWorkKey, reviewQuery } from './logs'

const TIMES = '/api/v1/logs/log/analyses/times/files'
const WORK = { work_id: 'w1', kind: 'analysis', state: 'running', stage: 'writing', done: 0, total: null, eta_s: null, draft: null, problem: null }
const NOT_FOUND = { code: 'TL-2004', detail: 'This analysis writes no such file.' }

/** The server's answers, one per call; gives the addresses that were asked for. */
function answers(...given: Response[]): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', (request: Request | string) => {
    asked.push(new URL(typeof request === 'string' ? request : request.url, window.location.origin).pathname)
    return Promise.resolve(given.shift())
  })
  return asked
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

afterEach(() => vi.unstubAllGlobals())

test('a file that the server has to make first is waited for, and its answer that tells to wait is never the file', async () => {
  const asked = answers(json(WORK, 202), json({ ...WORK, state: 'done' }), new Response('a,b\n'))

  const file = await fetchFile(`${TIMES}/table.csv`)

  expect(await file.text()).toBe('a,b\n')
  expect(asked).toEqual([`${TIMES}/table.csv`, '/api/v1/works/w1', `${TIMES}/table.csv`])
})

test('what a work makes is asked for again when it is done, and its progress is told meanwhile', async () => {
  answers(json(WORK, 202), json({ ...WORK, state: 'done' }), json({ cases: 3 }))
  const client = new QueryClient()

  const found = await client.fetchQuery(reviewQuery('log', {}))

  expect(found).toEqual({ cases: 3 })
  expect(client.getQueryData(lookWorkKey('log', 'review'))).toMatchObject({ work_id: 'w1', state: 'done' })
})

test('why there is no file is thrown with its code', async () => {
  answers(json(NOT_FOUND, 404))

  await expect(fetchFile(`${TIMES}/plot.exe`)).rejects.toMatchObject({ problem: { code: 'TL-2004' } })
})
