// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { renderPart } from '@/shared/testing/render'

import { App } from './App'
import { queryClient } from './queryClient'
import { router } from './router'

const SESSION = {
  user: {
    user_id: 'u1', username: 'ada', display_name: 'Ada', roles: ['case-worker'], groups: [], language: null, theme: null,
    has_password: true,
  },
  permissions: ['task.work'],
  csrf_token: 'the-csrf-token',
}

/** A server with one session, that keeps what was asked of it. */
function startServer() {
  const server = { isSignedIn: false, asked: [] as Request[] }
  vi.stubGlobal('fetch', async (request: Request) => {
    server.asked.push(request.clone())
    const path = new URL(request.url).pathname
    if (path === '/api/v1/session' && request.method === 'POST') {
      const { password } = (await request.json()) as { password: string }
      server.isSignedIn = password === 'right'
    }
    if (path === '/api/v1/session' && request.method === 'DELETE') {
      server.isSignedIn = false
      return new Response(null, { status: 204 })
    }
    if (!server.isSignedIn)
      return Response.json(
        { code: 'TL-2401', status: 401, detail: 'The name and password do not belong together.', remedy: 'Check both and try again.' },
        { status: 401 },
      )
    return Response.json(path === '/api/v1/session' ? SESSION : { items: [], next_cursor: null, total: 0 })
  })
  return server
}

beforeEach(() => {
  localStorage.clear()
  queryClient.clear()
})
afterEach(() => vi.unstubAllGlobals())

async function openPage(address: string): Promise<void> {
  window.history.replaceState(null, '', address)
  router.history.replace(address)
  await renderPart(<App />)
}

test('a page asked for without a session comes after the sign-in, refusals in between are said', async () => {
  startServer()
  await openPage('/tasks?view=group')

  await userEvent.type(await screen.findByLabelText('User name'), 'ada')
  await userEvent.type(screen.getByLabelText('Password'), 'wrong')
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(await screen.findByText('The name and password do not belong together.')).toBeTruthy()
  await userEvent.clear(screen.getByLabelText('Password'))
  await userEvent.type(screen.getByLabelText('Password'), 'right')
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))

  expect(await screen.findByText('No open task for your groups')).toBeTruthy()
  expect(window.location.pathname + window.location.search).toBe('/tasks?view=group')
})

test('the rail shows only what the person may see', async () => {
  startServer().isSignedIn = true
  await openPage('/tasks')

  const rail = await screen.findByRole('navigation', { name: 'Main navigation' })

  expect([...rail.querySelectorAll('a')].map((link) => link.textContent)).toEqual(['Home', 'Tasks'])
})

test('what changes something carries the CSRF token of the session', async () => {
  const server = startServer()
  server.isSignedIn = true
  await openPage('/tasks')

  await userEvent.click(await screen.findByRole('button', { name: 'Account of Ada' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }))

  await waitFor(() => expect(window.location.pathname).toBe('/sign-in'))
  const [signOut] = server.asked.filter(({ method }) => method === 'DELETE')
  expect(signOut?.headers.get('X-CSRF-Token')).toBe('the-csrf-token')
})
