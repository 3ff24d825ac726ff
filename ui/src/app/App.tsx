/** Everything that surrounds the pages: theme, server state, live updates, router. */
import { MantineProvider, mergeThemeOverrides } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { listenToKeys } from '@/shared/keys/shortcuts'
import { LiveProvider } from '@/shared/live/live'
import { cssVariablesResolver, theme } from '@/shared/theme/theme'

import { queryClient } from './queryClient'
import { router } from './router'

export function App() {
  useEffect(() => listenToKeys(), [])
  const close = useTranslation('shared').t('action.close')
  // The crosses of dialogs and notifications have no word of their own.
  const named = useMemo(() => mergeThemeOverrides(theme, { components: { CloseButton: { defaultProps: { 'aria-label': close } } } }), [close])
  return (
    <MantineProvider theme={named} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <LiveProvider>
          {/* At the top: the bottom corner of every diagram and form belongs to the bpmn.io mark. */}
          <Notifications position="top-center" autoClose={5000} />
          <RouterProvider router={router} />
        </LiveProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}
