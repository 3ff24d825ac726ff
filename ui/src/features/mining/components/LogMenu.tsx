/** What can be done with a log as a whole: rename, newer export, other columns, delete. */
import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { useCan } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import type { LogSummary } from '../api/logs'

type Named = Pick<LogSummary, 'log_id' | 'name' | 'cases' | 'events'>

export function LogMenu({ log }: { log: Named }) {
  const { t } = useTranslation('mining')
  const can = useCan()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null)
  if (!can('log.edit')) return null
  return (
    // The row below selects on click and opens on double click.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <span onClick={(event) => event.stopPropagation()} onDoubleClick={(event) => event.stopPropagation()}>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon aria-label={t('menu.label', { name: log.name })}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="edit" size={14} />} onClick={() => setOpen('rename')}>
            {t('menu.rename')}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="upload" size={14} />} onClick={() => void navigate({ to: '/mining/import', search: { newer: log.log_id } })}>
            {t('menu.newer')}
          </Menu.Item>
          <Menu.Item
            leftSection={<Icon name="table" size={14} />}
            onClick={() => void navigate({ to: '/mining/logs/$logId/columns', params: { logId: log.log_id } })}
          >
            {t('menu.columns')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="trash" size={14} />} onClick={() => setOpen('delete')}>
            {t('menu.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'rename' && <Rename log={log} onClose={() => setOpen(null)} />}
      {open === 'delete' && <Delete log={log} onClose={() => setOpen(null)} />}
    </span>
  )
}

function Rename({ log, onClose }: { log: Named; onClose: () => void }) {
  const { t } = useTranslation('mining')
  const queryClient = useQueryClient()
  const [name, setName] = useState(log.name)
  const rename = useMutation({
    mutationFn: () => unwrap(api.PATCH('/api/v1/logs/{log_id}', { params: { path: { log_id: log.log_id } }, body: { name: name.trim() } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['logs'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('menu.rename')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') rename.mutate()
        }}
      >
        <TextInput label={t('logs.name')} value={name} maxLength={200} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
        {rename.error !== null && <Problem error={rename.error} />}
        <Group mt="md" justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('shared:action.cancel')}
          </Button>
          <Button type="submit" loading={rename.isPending} disabled={name.trim() === ''}>
            {t('menu.rename')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

function Delete({ log, onClose }: { log: Named; onClose: () => void }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/logs/{log_id}', { params: { path: { log_id: log.log_id } } })),
    onSuccess: async () => {
      onClose()
      if (pathname !== '/mining') await navigate({ to: '/mining' })
      queryClient.removeQueries({ queryKey: ['logs', log.log_id] })
      await queryClient.invalidateQueries({ queryKey: ['logs', 'list'] })
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('delete.title', { name: log.name })}>
      <p>{t('delete.text', { cases: formatNumber(log.cases, language), events: formatNumber(log.events, language) })}</p>
      {remove.error !== null && <Problem error={remove.error} />}
      <Group mt="md" justify="flex-end">
        <Button variant="default" data-autofocus onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('menu.delete')}
        </Button>
      </Group>
    </Modal>
  )
}
