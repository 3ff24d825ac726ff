/** Sign-in by name and password, or by the one-time link that a start of the server or an administrator gives. */
import { Button, PasswordInput, TextInput, useMantineColorScheme } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import type { Session } from '@/shared/api/types'
import { asLanguage, changeLanguage } from '@/shared/i18n/i18n'
import { acceptSession, sessionQuery } from '@/shared/session/session'
import { LanguageMenu } from '@/shared/ui/LanguageMenu'
import { Loading } from '@/shared/ui/Loading'
import { Problem } from '@/shared/ui/Problem'

import { safeNext } from '../next'
import classes from './SignInPage.module.css'

function useEnter(): (session: Session) => Promise<void> {
  const queryClient = useQueryClient()
  const router = useRouter()
  const { next } = useSearch({ from: '/sign-in' })
  const { setColorScheme } = useMantineColorScheme()
  return async (session) => {
    queryClient.clear()
    queryClient.setQueryData(sessionQuery.queryKey, acceptSession(session))
    const own = asLanguage(session.user.language)
    if (own !== null) await changeLanguage(own)
    if (session.user.theme !== null) setColorScheme(session.user.theme === 'system' ? 'auto' : session.user.theme)
    router.history.replace(safeNext(next))
  }
}

/** The token of the link, taken out of the address at once: it must not stay in the history. */
function useOneTimeToken(): string | null {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token'))
  useEffect(() => {
    if (token !== null) window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search)
  }, [token])
  return token
}

export function SignInPage() {
  const { t } = useTranslation('signin')
  const token = useOneTimeToken()
  useEffect(() => {
    document.title = `${t('title')} · Taktloom`
  }, [t])
  return (
    <main className={classes.page}>
      <div className={classes.language}>
        <LanguageMenu label={t('language')} />
      </div>
      <div className={classes.box}>
        <h1 className={classes.name}>
          <img src="/favicon.svg" alt="" width={32} height={32} />
          Taktloom
        </h1>
        <p className="tl-muted">{t('claim')}</p>
        {token === null ? <PasswordForm /> : <OneTime token={token} />}
      </div>
    </main>
  )
}

function OneTime({ token }: { token: string }) {
  const { t } = useTranslation('signin')
  const enter = useEnter()
  const isAsked = useRef(false)
  const { mutate, error } = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/session/one-time', { body: { token } })),
    onSuccess: enter,
  })
  useEffect(() => {
    // The link works once; a second effect of the same visit must not spend it again.
    if (isAsked.current) return
    isAsked.current = true
    mutate()
  }, [mutate])
  if (error === null) return <Loading rows={2} />
  return (
    <>
      <Problem error={error}>
        <p>{t('linkSpent')}</p>
      </Problem>
      <PasswordForm />
    </>
  )
}

function PasswordForm() {
  const { t } = useTranslation('signin')
  const enter = useEnter()
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { username: '', password: '' },
    validate: {
      username: (value) => (value.trim() === '' ? t('username.missing') : null),
      password: (value) => (value === '' ? t('password.missing') : null),
    },
  })
  const signIn = useMutation({
    mutationFn: (body: { username: string; password: string }) => unwrap(api.POST('/api/v1/session', { body })),
    onSuccess: enter,
  })
  return (
    <form className={classes.form} onSubmit={form.onSubmit((values) => signIn.mutate(values))} noValidate>
      {signIn.error !== null && <Problem error={signIn.error} />}
      <TextInput
        key={form.key('username')}
        {...form.getInputProps('username')}
        label={t('username.label')}
        autoComplete="username"
        autoCapitalize="none"
        data-autofocus
      />
      <PasswordInput
        key={form.key('password')}
        {...form.getInputProps('password')}
        label={t('password.label')}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
      />
      <Button type="submit" size="sm" fullWidth loading={signIn.isPending}>
        {t('submit')}
      </Button>
      <p className={classes.hint}>{t('lost')}</p>
    </form>
  )
}
