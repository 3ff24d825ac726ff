/** The package types its locales only in their UMD form. */
declare module 'flatpickr/dist/esm/l10n/default' {
  import type { Locale } from 'flatpickr/dist/types/locale'

  export const english: Locale
}

declare module 'flatpickr/dist/esm/l10n/zh' {
  import type { CustomLocale } from 'flatpickr/dist/types/locale'

  export const Mandarin: CustomLocale
}
