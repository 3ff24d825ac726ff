/** Renders a part of the page as the app does: theme, texts, server state. */
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, type RenderResult } from '@testing-library/react'
import i18next from 'i18next'
import type { ReactNode } from 'react'

import { resourcesFrom, startI18n, type Language } from '@/shared/i18n/i18n'
import { cssVariablesResolver, theme } from '@/shared/theme/theme'

const files = import.meta.glob<Record<string, unknown>>('/src/{app,shared,features/*}/locales/*.json', {
  eager: true,
  import: 'default',
})

export async function renderPart(part: ReactNode, language: Language = 'en'): Promise<RenderResult> {
  if (!i18next.isInitialized) await startI18n(resourcesFrom(files), language)
  await i18next.changeLanguage(language)
  return render(
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} env="test">
      <QueryClientProvider client={new QueryClient()}>{part}</QueryClientProvider>
    </MantineProvider>,
  )
}
