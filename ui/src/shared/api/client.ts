/**
 * The one client of the REST API, typed by its OpenAPI document.
 *
 * `unwrap(api.GET(…))` gives the data or throws an ApiError, which the query cache and the pages show as a problem.
 * The CSRF token comes with the session and goes into the header of everything that changes something.
 */

import createClient, { type Middleware } from 'openapi-fetch'

import type { paths } from './schema'
import { ApiError, problemOf } from './problem'

let csrfToken = ''

export function setCsrfToken(token: string): void {
  csrfToken = token
}

const csrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && csrfToken !== '') request.headers.set('X-CSRF-Token', csrfToken)
    return request
  },
}

export const api = createClient<paths>({
  // An absolute address: test environments have no notion of a relative one.
  baseUrl: typeof window === 'undefined' ? '' : window.location.origin,
  // The global is looked up at each call, so that tests can put their own in its place.
  fetch: (request) => globalThis.fetch(request),
})
api.use(csrf)

interface AnyResult<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** The data of a call, or the problem thrown. */
export async function unwrap<Data>(call: Promise<AnyResult<Data>>): Promise<Data> {
  const { data, error, response } = await call
  if (!response.ok) throw new ApiError(problemOf(error, response.status))
  return data as Data
}
