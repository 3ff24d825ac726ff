/** Asks before a key is revoked, because its workers stop at once. */
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import type { ServiceAccount } from '@/shared/api/types'
import { Problem } from '@/shared/ui/Problem'

import { accountsQuery, revokeAccount } from '../api/people'

export function RevokeKey({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const { t } = useTranslation('admin')
  const queryClient = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => revokeAccount(account.account_id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: accountsQuery.queryKey })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('keys.revokeNamed', { name: account.name })}>
      <Stack gap="md">
        {revoke.error !== null && <Problem error={revoke.error} />}
        <p>{t('keys.revokeText')}</p>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('shared:action.cancel')}
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t('keys.revoke')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
