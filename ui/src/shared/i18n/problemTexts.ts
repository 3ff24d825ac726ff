/**
 * Problems and findings in the reader's language. A title comes from the code (catalogue `problems`) or rule (catalogue
 * `findings`), where a cause, message or remedy stands only if a page needs other words than the command line. The other
 * sentences come from the catalogue of server sentences (serverTexts.ts). A sentence that no catalogue knows stays as
 * the server said it, a finding's after the title of its rule.
 */
import type { TFunction } from 'i18next'

import type { Finding, Problem } from '@/shared/api/problem'

import { isTranslated, serverText } from './serverTexts'

export interface ProblemText {
  title: string
  cause: string
  remedy: string
}

/** Whose title a code without its own gets: its kind's by status, else its family's. */
const KINDS: Record<number, string> = {
  401: 'TL-2001', 403: 'TL-2003', 404: 'TL-2004', 409: 'TL-2009', 413: 'TL-2013', 422: 'TL-2022', 429: 'TL-2029',
}

function kindOf({ code, status }: Problem): string {
  const kind = code.startsWith('TL-2') ? KINDS[status] : undefined
  return kind ?? code.replace(/\d{3}$/, '000')
}

export function problemText(problem: Problem, t: TFunction, language: string): ProblemText {
  const say = (code: string, part: string, otherwise: string): string =>
    t(`problems:${code}.${part}`, { ...problem.parameters, defaultValue: otherwise })
  return {
    title: say(problem.code, 'title', say(kindOf(problem), 'title', t('shared:problem.title'))),
    cause: say(problem.code, 'cause', serverText(problem.detail, language)),
    remedy: say(problem.code, 'remedy', serverText(problem.remedy ?? '', language)),
  }
}

export function findingText(finding: Finding, t: TFunction, language: string): { message: string; remedy: string } {
  const say = (part: string, otherwise: string): string =>
    t(`findings:${finding.rule}.${part}`, { ...finding.parameters, defaultValue: otherwise })
  const title = say('title', t(`problems:${finding.rule}.title`, { defaultValue: '' }))
  const message = serverText(finding.message, language)
  return {
    message: say('message', title === '' || isTranslated(finding.message, language) ? message : `${title}: ${message}`),
    remedy: say('remedy', serverText(finding.remedy, language)),
  }
}
