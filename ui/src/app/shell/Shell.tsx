/** What surrounds every page of a signed-in person: rail, bar, palette, shortcut sheet. */
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { useShortcuts } from '@/shared/keys/shortcuts'
import { sessionQuery } from '@/shared/session/session'
import { ErrorBoundary } from '@/shared/ui/ErrorBoundary'

import { Palette, openPalette } from './Palette'
import { Rail } from './Rail'
import { usePages } from './pages'
import classes from './Shell.module.css'
import { ShortcutSheet } from './ShortcutSheet'
import { TopBar } from './TopBar'

export function Shell() {
  const { t } = useTranslation('app')
  const [isSheetOpen, sheet] = useDisclosure(false)
  const [isRailOpen, rail] = useDisclosure(false)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const pages = usePages()
  useSignedOutGuard()

  useShortcuts(isRailOpen ? [{ keys: 'escape', label: t('closeMenu'), run: rail.close }] : [])
  useShortcuts([
    ...pages.map(({ key, keys, to }) => ({
      keys,
      label: t('shortcuts.go', { page: t(`rail.${key}`) }),
      run: () => void navigate({ to }),
    })),
    { keys: 'mod+k', label: t('shortcuts.search'), run: openPalette },
    { keys: '/', label: t('shortcuts.search'), run: openPalette },
    { keys: '?', label: t('shortcuts.help'), run: sheet.open },
  ])

  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        {t('skip')}
      </a>
      <TopBar isMenuOpen={isRailOpen} onMenu={rail.toggle} onShortcuts={sheet.open} />
      {isRailOpen && <button type="button" className={classes.backdrop} aria-label={t('closeMenu')} onClick={rail.close} />}
      <Rail isOpen={isRailOpen} onClose={rail.close} />
      <main id="content" className={classes.content} tabIndex={-1}>
        <ErrorBoundary resetKey={pathname}>
          <Outlet />
        </ErrorBoundary>
      </main>
      <Palette />
      <ShortcutSheet isOpen={isSheetOpen} onClose={sheet.close} />
    </div>
  )
}

/** Leads to the sign-in page when the session ends while a page is open. */
function useSignedOutGuard(): void {
  const { data } = useQuery(sessionQuery)
  const router = useRouter()
  useEffect(() => {
    if (data === null) void router.invalidate()
  }, [data, router])
}
