/** Makes a service account; its key is shown once. */
import { Button, Checkbox, Group, Modal, Select, Stack, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Problem } from '@/shared/ui/Problem'
import { SecretOnce } from '@/shared/ui/SecretOnce'

import { accountsQuery, addAccount, systemQuery } from '../api/people'
import { expiryOf, LIFETIMES, type Lifetime } from '../lifetimes'

export function AddKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('admin')
  const queryClient = useQueryClient()
  const scopes = useQuery(systemQuery).data?.scopes ?? ['jobs']
  const form = useForm({
    initialValues: { name: '', job_types: [] as string[], routes: ['jobs'], lifetime: 'year' as Lifetime },
    validate: {
      name: (value) => (value.trim() === '' ? t('keys.nameMissing') : null),
      routes: (value) => (value.length === 0 ? t('keys.scopeMissing') : null),
    },
  })
  const add = useMutation({
    mutationFn: ({ lifetime, ...rest }: typeof form.values) => addAccount({ ...rest, expires_at: expiryOf(lifetime, Date.now()) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: accountsQuery.queryKey }),
  })
  return (
    <Modal opened onClose={onClose} title={t('keys.add')}>
      {add.data !== undefined ? (
        <SecretOnce label={t('keys.shown', { name: add.data.account.name })} secret={add.data.key} hint={t('keys.shownHint')} />
      ) : (
        <form onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
          <Stack gap="md">
            {add.error !== null && <Problem error={add.error} />}
            <TextInput {...form.getInputProps('name')} label={t('keys.name')} required data-autofocus />
            <Checkbox.Group {...form.getInputProps('routes')} label={t('keys.scopes')} description={t('keys.scopesHint')}>
              <Group gap="md" mt={6}>
                {scopes.map((scope) => (
                  <Checkbox key={scope} value={scope} label={scope} />
                ))}
              </Group>
            </Checkbox.Group>
            <TagsInput {...form.getInputProps('job_types')} label={t('keys.jobTypes')} description={t('keys.jobTypesHint')} />
            <Select
              {...form.getInputProps('lifetime')}
              label={t('keys.expires')}
              data={LIFETIMES.map((value) => ({ value, label: t(`keys.lifetime.${value}`) }))}
              allowDeselect={false}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('shared:action.cancel')}
              </Button>
              <Button type="submit" loading={add.isPending}>
                {t('keys.add')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
