/**
 * Texts in two languages. A catalogue per feature (`features/<name>/locales/{en,zh-CN}.json`), its namespace is the
 * feature's name; `shared` and `app` have their own. Changing the language needs no reload.
 */
import i18next, { type Resource } from 'i18next'
import { initReactI18next } from 'react-i18next'

export const LANGUAGES = ['en', 'zh-CN'] as const
export type Language = (typeof LANGUAGES)[number]

/** Each language under its own name, so that whoever landed in the wrong one finds the way out. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', 'zh-CN': '简体中文' }

const STORED = 'taktloom.language'

export function asLanguage(text: string | null | undefined): Language | null {
  if (text === null || text === undefined) return null
  if (text.toLowerCase().startsWith('zh')) return 'zh-CN'
  return text.toLowerCase().startsWith('en') ? 'en' : null
}

export function preferredLanguage(): Language {
  const wishes = [localStorage.getItem(STORED), ...navigator.languages]
  return wishes.map(asLanguage).find((language) => language !== null) ?? 'en'
}

/**
 * Catalogues by language and namespace. `/src/features/tasks/locales/zh-CN.json` is `tasks` in `zh-CN`;
 * `/src/shared/locales/problems.en.json` is `problems` in `en`.
 */
export function resourcesFrom(files: Record<string, Record<string, unknown>>): Resource {
  const resources: Record<string, Record<string, Record<string, unknown>>> = {}
  for (const [path, texts] of Object.entries(files)) {
    const [, folder, own, language] = /([^/]+)\/locales\/(?:([a-z-]+)\.)?([a-zA-Z-]+)\.json$/.exec(path) ?? []
    if (folder === undefined || language === undefined) throw new Error(`no catalogue: ${path}`)
    ;(resources[language] ??= {})[own ?? folder] = texts
  }
  return resources as Resource
}

export async function startI18n(resources: Resource, language: Language): Promise<void> {
  i18next.on('languageChanged', (now) => {
    document.documentElement.lang = now
  })
  await i18next.use(initReactI18next).init({
    resources,
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'shared',
    fallbackNS: 'shared',
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
}

export async function changeLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language)
  await i18next.changeLanguage(language)
}
