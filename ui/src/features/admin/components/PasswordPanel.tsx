/** Sets or changes one's own password; an account that came in by a one-time link has no old one to ask for. */
import { Button, PasswordInput, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { sessionQuery, useSession } from '@/shared/session/session'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'

const EMPTY = { old: '', fresh: '', again: '' }

export function PasswordPanel() {
  const { t } = useTranslation('admin')
  const { user } = useSession()
  const queryClient = useQueryClient()
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      old: (value) => (user.has_password && value === '' ? t('account.oldMissing') : null),
      fresh: (value) => (value === '' ? t('account.newMissing') : null),
      again: (value, values) => (value === values.fresh ? null : t('account.differs')),
    },
  })
  const change = useMutation({
    mutationFn: ({ old, fresh }: typeof EMPTY) =>
      unwrap(api.PUT('/api/v1/me/password', { body: { old_password: user.has_password ? old : null, new_password: fresh } })),
    onSuccess: () => {
      form.reset()
      notifications.show({ message: t('account.passwordChanged') })
      return queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  const show = { visibilityToggleButtonProps: { 'aria-label': t('account.show') } }
  return (
    <Panel title={t('account.password')}>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
        {/* Password managers want to know whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
        <Stack gap="md" align="stretch">
          {change.error !== null && <Problem error={change.error} />}
          {user.has_password ? (
            <PasswordInput {...form.getInputProps('old')} {...show} label={t('account.old')} autoComplete="current-password" />
          ) : (
            <p className="tl-muted">{t('account.noPassword')}</p>
          )}
          <PasswordInput {...form.getInputProps('fresh')} {...show} label={t('account.new')} autoComplete="new-password" />
          <PasswordInput {...form.getInputProps('again')} {...show} label={t('account.again')} autoComplete="new-password" />
          <Button type="submit" size="sm" style={{ alignSelf: 'flex-start' }} loading={change.isPending}>
            {user.has_password ? t('account.change') : t('account.set')}
          </Button>
        </Stack>
      </form>
    </Panel>
  )
}
