/** All texts of the product: one catalogue per feature, found by where it lies. */
import { resourcesFrom } from '@/shared/i18n/i18n'

const files = import.meta.glob<Record<string, unknown>>('/src/{app,shared,features/*}/locales/*.json', {
  eager: true,
  import: 'default',
})

export const catalogues = resourcesFrom(files)
