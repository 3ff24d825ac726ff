import { useTranslation } from 'react-i18next'

import { asLanguage, type Language } from './i18n'

/** The language that the page is shown in now. */
export function useLanguage(): Language {
  const { i18n } = useTranslation()
  return asLanguage(i18n.language) ?? 'en'
}
