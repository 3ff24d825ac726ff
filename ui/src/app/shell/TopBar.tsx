/** Name, search, live switch, language, colour scheme, account. */
import { ActionIcon, Menu, Tooltip, UnstyledButton, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { LANGUAGE_NAMES } from '@/shared/i18n/i18n'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { sessionQuery, useSession } from '@/shared/session/session'
import { LanguageMenu } from '@/shared/ui/LanguageMenu'
import { Icon, type IconName } from '@/shared/ui/Icon'

import { LiveSwitch } from './LiveSwitch'
import { openPalette } from './Palette'
import classes from './TopBar.module.css'

interface TopBarProps {
  isMenuOpen: boolean
  onMenu: () => void
  onShortcuts: () => void
}

export function TopBar({ isMenuOpen, onMenu, onShortcuts }: TopBarProps) {
  const { t } = useTranslation('app')
  const language = useLanguage()
  return (
    <header className={classes.bar}>
      <ActionIcon className={classes.menu} size={36} aria-label={t('menu')} aria-expanded={isMenuOpen} onClick={onMenu}>
        <Icon name="menu" size={18} />
      </ActionIcon>
      <Link to="/" className={classes.name}>
        <img src="/favicon.svg" alt="" width={22} height={22} />
        <span>Taktloom</span>
      </Link>
      <UnstyledButton className={classes.search} onClick={openPalette}>
        <Icon name="search" />
        <span>{t('palette.open')}</span>
        <kbd aria-hidden="true">Ctrl K</kbd>
      </UnstyledButton>
      <div className={classes.end}>
        <LiveSwitch />
        <LanguageMenu label={`${t('language')}: ${LANGUAGE_NAMES[language]}`} />
        <ThemeMenu />
        <AccountMenu onShortcuts={onShortcuts} />
      </div>
    </header>
  )
}

const SCHEMES: [MantineColorScheme, IconName][] = [
  ['auto', 'system'],
  ['light', 'sun'],
  ['dark', 'moon'],
]

function ThemeMenu() {
  const { t } = useTranslation('app')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const icon = SCHEMES.find(([scheme]) => scheme === colorScheme)?.[1] ?? 'system'
  return (
    <Menu position="bottom-end" hideDetached={false}>
      <Menu.Target>
        <Tooltip label={t('theme.label')}>
          <ActionIcon aria-label={t('theme.label')} className={classes.wide}>
            <Icon name={icon} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(([scheme, sign]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon name={sign} />}
            rightSection={scheme === colorScheme ? <Icon name="check" /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`theme.${scheme}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { t } = useTranslation('app')
  const { user } = useSession()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const signOut = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/session')),
    onSuccess: async () => {
      await navigate({ to: '/sign-in' })
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, null)
    },
  })
  return (
    // The bar is always in view, so its menu need not hide with what it hangs on.
    <Menu position="bottom-end" width={220} hideDetached={false}>
      <Menu.Target>
        <ActionIcon aria-label={t('account.label', { name: user.display_name })}>
          <Icon name="user" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.display_name}</Menu.Label>
        <Menu.Item leftSection={<Icon name="user" />} component={Link} to="/account">
          {t('account.mine')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={onShortcuts}>
          {t('account.shortcuts')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="external" />} component="a" href="/api/v1/docs">
          {t('account.api')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="close" />} onClick={() => signOut.mutate()}>
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
