/** Adds a person; without a password a one-time link is the first way in, shown once. */
import { Button, Group, Modal, PasswordInput, Stack, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import type { RoleName } from '@/shared/api/types'
import { Problem } from '@/shared/ui/Problem'
import { SecretOnce } from '@/shared/ui/SecretOnce'

import { addUser, usersQuery } from '../api/people'
import { RoleChoice } from './RoleChoice'

export function AddUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('admin')
  const queryClient = useQueryClient()
  const form = useForm({
    initialValues: { username: '', display_name: '', roles: ['case-worker'] as RoleName[], groups: [] as string[], password: '' },
    validate: { username: (value) => (value.trim() === '' ? t('users.usernameMissing') : null) },
  })
  const add = useMutation({
    mutationFn: ({ password, ...rest }: typeof form.values) => addUser({ ...rest, password: password === '' ? null : password }),
    onSuccess: ({ one_time_link }) => {
      if (one_time_link === null) onClose()
      return queryClient.invalidateQueries({ queryKey: usersQuery.queryKey })
    },
  })
  const link = add.data?.one_time_link ?? null
  return (
    <Modal opened onClose={onClose} title={t('users.add')}>
      {link !== null ? (
        <SecretOnce label={t('users.link', { name: form.values.username })} secret={link} hint={t('users.linkHint')} />
      ) : (
        <form onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
          <Stack gap="md">
            {add.error !== null && <Problem error={add.error} />}
            <TextInput {...form.getInputProps('username')} label={t('users.username')} required autoComplete="off" data-autofocus />
            <TextInput {...form.getInputProps('display_name')} label={t('users.displayName')} autoComplete="off" />
            <RoleChoice value={form.values.roles} onChange={(roles) => form.setFieldValue('roles', roles)} />
            <TagsInput {...form.getInputProps('groups')} label={t('users.groups')} description={t('users.groupsHint')} />
            <PasswordInput
              {...form.getInputProps('password')}
              label={t('users.password')}
              description={t('users.passwordHint')}
              autoComplete="new-password"
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('shared:action.cancel')}
              </Button>
              <Button type="submit" loading={add.isPending}>
                {t('users.add')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
