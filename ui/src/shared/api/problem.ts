/** What the server says when something cannot be done (RFC 9457 problem+json), and the error that carries it. */
import type { Schemas } from './types'

export type Finding = Schemas['FindingOut']
export type Place = Schemas['PlaceOut']
/** As the server sends it; what this page itself finds needs less. */
export type Problem = Pick<Schemas['Problem'], 'code' | 'status' | 'detail'> & Partial<Schemas['Problem']>

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`)
    this.problem = problem
  }
}

/** Codes of problems that this page itself finds. */
export const UNREACHABLE = 'UI-UNREACHABLE'
export const UNEXPECTED = 'UI-UNEXPECTED'

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value
}

/** The problem in a response body, or one made of the status when the body is something else (a proxy's page). */
export function problemOf(body: unknown, status: number): Problem {
  if (isProblem(body)) return { ...body, status }
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '')
  return { code: UNEXPECTED, status, detail: `HTTP ${status}`, remedy: '', parameters: { status: `${status}`, text: text.slice(0, 300) } }
}

/** Any thrown value as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message))
    return { code: UNREACHABLE, status: 0, detail: 'The server does not answer.', remedy: 'Check that it runs.' }
  const detail = error instanceof Error ? error.message : String(error)
  return { code: UNEXPECTED, status: 0, detail, parameters: { status: '0', text: detail } }
}
