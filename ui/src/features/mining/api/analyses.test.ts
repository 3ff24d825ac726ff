// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest'

import { fetchFile } from './analyses'

const RUN = { logId: 'log', name: 'times', query: {}, parameters: {}, documents: {} }
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

  const file = await fetchFile(RUN, 'table.csv')

  expect(await file.text()).toBe('a,b\n')
  expect(asked).toEqual(['/api/v1/logs/log/analyses/times/files/table.csv', '/api/v1/works/w1', '/api/v1/logs/log/analyses/times/files/table.csv'])
})

test('why there is no file is thrown with its code', async () => {
  answers(json(NOT_FOUND, 404))

  await expect(fetchFile(RUN, 'plot.exe')).rejects.toMatchObject({ problem: { code: 'TL-2004' } })
})
