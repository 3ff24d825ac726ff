/** Why the draft has this element as it is: the evidence that the log gave. */
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'

import type { ModelDraft } from '../api/types'
import { notesOf, reasonsOf } from '../notes'
import classes from './editor.module.css'

const SHARES = ['accuracy', 'majority', 'gain']

export function ElementNote({ notes, elementId }: { notes: ModelDraft['notes']; elementId: string | null }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const found = elementId === null ? [] : notesOf(notes, elementId)
  if (found.length === 0) return null

  function said([name, value]: [string, unknown]): [string, string] {
    if (name === 'reasons') return [name, reasonsOf(value).map((code) => t(`why.${code}`, { defaultValue: code })).join(t('listSeparator'))]
    if (typeof value !== 'number') return [name, value === null || value === undefined ? '–' : String(value)]
    return [name, SHARES.includes(name) ? formatShare(value, language, 1) : formatNumber(value, language, 2)]
  }

  return (
    <aside className={classes.note}>
      <h3>{t('draft.why')}</h3>
      {found.map(({ why, values }) => (
        <p key={why}>{t(`note.${why}`, { ...Object.fromEntries(Object.entries(values).map(said)), defaultValue: why })}</p>
      ))}
    </aside>
  )
}
