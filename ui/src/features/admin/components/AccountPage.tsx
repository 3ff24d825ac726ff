/** One's own account: name, language, colour scheme, password, sessions. */
import { Button, Select, Stack, TextInput, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'
import { changeLanguage, LANGUAGE_NAMES, LANGUAGES, type Language } from '@/shared/i18n/i18n'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { sessionQuery, useSession } from '@/shared/session/session'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'

import classes from './AccountPage.module.css'
import { PasswordPanel } from './PasswordPanel'

export function AccountPage() {
  const { t } = useTranslation('admin')
  return (
    <Page title={t('account.title')}>
      <div className={classes.columns}>
        <ProfilePanel />
        <PasswordPanel />
        <SessionsPanel />
      </div>
    </Page>
  )
}

const SCHEMES: MantineColorScheme[] = ['auto', 'light', 'dark']

function ProfilePanel() {
  const { t } = useTranslation('admin')
  const { user } = useSession()
  const language = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [name, setName] = useState(user.display_name)
  const queryClient = useQueryClient()
  const change = useMutation({
    mutationFn: (body: Schemas['MeChange']) => unwrap(api.PATCH('/api/v1/me', { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  })

  function onLanguage(next: Language): void {
    void changeLanguage(next)
    change.mutate({ language: next })
  }

  function onScheme(next: MantineColorScheme): void {
    setColorScheme(next)
    change.mutate({ theme: next === 'auto' ? 'system' : next })
  }

  return (
    <Panel title={t('account.profile')}>
      <Stack gap="md">
        {change.error !== null && <Problem error={change.error} />}
        <TextInput label={t('users.username')} value={user.username} readOnly variant="filled" />
        <form
          onSubmit={(event) => {
            event.preventDefault()
            change.mutate({ display_name: name })
          }}
        >
          <div className={classes.line}>
            <TextInput
              label={t('users.displayName')}
              value={name}
              autoComplete="name"
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" size="sm" disabled={name.trim() === '' || name === user.display_name}>
              {t('shared:action.save')}
            </Button>
          </div>
        </form>
        <Select
          label={t('account.language')}
          data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          value={language}
          allowDeselect={false}
          onChange={(value) => onLanguage((value as Language | null) ?? language)}
        />
        <Select
          label={t('account.theme')}
          data={SCHEMES.map((value) => ({ value, label: t(`account.scheme.${value}`) }))}
          value={colorScheme}
          allowDeselect={false}
          onChange={(value) => onScheme((value as MantineColorScheme | null) ?? 'auto')}
        />
      </Stack>
    </Panel>
  )
}

function SessionsPanel() {
  const { t } = useTranslation('admin')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const leave = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/sessions')),
    onSuccess: async () => {
      queryClient.setQueryData(sessionQuery.queryKey, null)
      await navigate({ to: '/sign-in' })
      queryClient.clear()
    },
  })
  return (
    <Panel title={t('account.sessions')}>
      <Stack gap="md" align="flex-start">
        {leave.error !== null && <Problem error={leave.error} />}
        <p className={classes.text}>{t('account.everywhereText')}</p>
        <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
          {t('account.everywhere')}
        </Button>
      </Stack>
    </Panel>
  )
}
