/** What the server says of single fields of a form, by the fields' names: for `FormHandle.mark`. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { asProblem, type Finding } from '@/shared/api/problem'
import { findingText } from '@/shared/i18n/problemTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'

/** The code of values that do not fit their form. */
const FORM_REFUSED = 'TL-2543'

/** The findings of an error that are about fields, the first of each. */
export function fieldFindings(error: unknown): Record<string, Finding> {
  if (error === null || error === undefined) return {}
  const { code, findings = [] } = asProblem(error)
  if (code !== FORM_REFUSED) return {}
  const found: Record<string, Finding> = {}
  for (const finding of findings) {
    const field = finding.place?.element_id ?? ''
    if (field !== '') found[field] ??= finding
  }
  return found
}

export function useFieldMessages(error: unknown): Record<string, string> | undefined {
  const { t } = useTranslation('shared')
  const language = useLanguage()
  return useMemo(() => {
    const found = Object.entries(fieldFindings(error))
    return found.length === 0 ? undefined : Object.fromEntries(found.map(([field, finding]) => [field, findingText(finding, t, language).message]))
  }, [error, t, language])
}
