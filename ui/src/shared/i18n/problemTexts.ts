/**
 * Problems and findings in the reader's language, made from their stable code or rule and their parameters.
 * English is what the server says; Chinese comes from the catalogue `problems` (by code) and `findings` (by rule).
 * A code that the catalogue does not know keeps the server's words: better English than nothing.
 */
import type { TFunction } from 'i18next'

import type { Finding, Problem } from '@/shared/api/problem'

export interface ProblemText {
  title: string
  cause: string
  remedy: string
}

export function problemText(problem: Problem, t: TFunction): ProblemText {
  const parameters = { ...problem.parameters }
  const say = (part: string, otherwise: string): string =>
    t(`problems:${problem.code}.${part}`, { ...parameters, defaultValue: otherwise, fallbackLng: [] })
  return {
    title: say('title', t('shared:problem.title')),
    cause: say('cause', problem.detail),
    remedy: say('remedy', problem.remedy ?? ''),
  }
}

export function findingText(finding: Finding, t: TFunction): { message: string; remedy: string } {
  const say = (part: string, otherwise: string): string =>
    t(`findings:${finding.rule}.${part}`, { ...finding.parameters, defaultValue: otherwise, fallbackLng: [] })
  return { message: say('message', finding.message), remedy: say('remedy', finding.remedy ?? '') }
}
