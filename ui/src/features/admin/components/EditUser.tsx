/** Changes a person's name, roles and groups, disables the account, or makes a one-time link. */
import { Button, Divider, Group, Modal, Stack, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import type { Schemas, User } from '@/shared/api/types'
import { useSession } from '@/shared/session/session'
import { Problem } from '@/shared/ui/Problem'
import { SecretOnce } from '@/shared/ui/SecretOnce'

import { changeUser, resetUser, usersQuery } from '../api/people'
import { RoleChoice } from './RoleChoice'

export function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation('admin')
  const queryClient = useQueryClient()
  const isMe = useSession().user.user_id === user.user_id
  const form = useForm({ initialValues: { display_name: user.display_name, roles: user.roles, groups: user.groups } })
  const refresh = () => queryClient.invalidateQueries({ queryKey: usersQuery.queryKey })
  const change = useMutation({
    mutationFn: (body: Schemas['UserChange']) => changeUser(user.user_id, body),
    onSuccess: async () => {
      await refresh()
      onClose()
    },
  })
  const reset = useMutation({ mutationFn: () => resetUser(user.user_id) })
  const error = change.error ?? reset.error
  return (
    <Modal opened onClose={onClose} title={user.username}>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Stack gap="md">
          {error !== null && <Problem error={error} />}
          <TextInput {...form.getInputProps('display_name')} label={t('users.displayName')} data-autofocus />
          <RoleChoice value={form.values.roles} onChange={(roles) => form.setFieldValue('roles', roles)} />
          <TagsInput {...form.getInputProps('groups')} label={t('users.groups')} description={t('users.groupsHint')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('shared:action.cancel')}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {t('shared:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
      <Divider my="md" />
      <Stack gap="md">
        {reset.data !== undefined && (
          <SecretOnce label={t('users.link', { name: user.username })} secret={reset.data.one_time_link} hint={t('users.linkHint')} />
        )}
        <Group>
          <Button variant="default" loading={reset.isPending} disabled={user.is_disabled} onClick={() => reset.mutate()}>
            {t('users.reset')}
          </Button>
          {!isMe && (
            <Button
              variant="default"
              loading={change.isPending}
              onClick={() => change.mutate({ is_disabled: !user.is_disabled })}
            >
              {user.is_disabled ? t('users.enable') : t('users.disable')}
            </Button>
          )}
        </Group>
        <p className="tl-muted">{t('users.resetHint')}</p>
      </Stack>
    </Modal>
  )
}
