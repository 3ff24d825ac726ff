/** Ctrl/⌘+K: pages, tasks, processes, instances by key or business key, from one field. */
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { useCan } from '@/shared/session/session'
import { Icon, type IconName } from '@/shared/ui/Icon'

import { usePages } from './pages'

const [store, palette] = createSpotlight()
export const openPalette = palette.open

interface Entry {
  id: string
  label: string
  detail?: string
  icon: IconName
  run: () => void
}

interface Group {
  title: string
  entries: Entry[]
}

const SHOWN = 6

function useFound(text: string): Group[] {
  const { t } = useTranslation('app')
  const can = useCan()
  const navigate = useNavigate()
  const isAsked = text.length > 0
  const tasks = useQuery({
    queryKey: ['tasks', 'palette', text],
    queryFn: () => unwrap(api.GET('/api/v1/tasks', { params: { query: { view: 'group', search: text } } })),
    enabled: isAsked && can('task.work'),
  })
  const instances = useQuery({
    queryKey: ['instances', 'palette', text],
    queryFn: () => unwrap(api.GET('/api/v1/instances', { params: { query: { search: text, limit: SHOWN } } })),
    enabled: isAsked && can('instance.view'),
  })
  const processes = useQuery({
    queryKey: ['processes', 'palette'],
    queryFn: () => unwrap(api.GET('/api/v1/processes')),
    enabled: isAsked && can('process.view'),
  })
  const needle = text.toLowerCase()
  return [
    {
      title: t('palette.tasks'),
      entries: (tasks.data?.items ?? []).slice(0, SHOWN).map((task) => ({
        id: task.user_task_id,
        label: task.name,
        detail: [task.process_name, task.business_key].filter(Boolean).join(' · '),
        icon: 'tasks',
        run: () => void navigate({ to: '/tasks', search: { task: task.user_task_id } }),
      })),
    },
    {
      title: t('palette.processes'),
      entries: (processes.data?.items ?? [])
        .filter(({ latest }) => `${latest.name} ${latest.process_id}`.toLowerCase().includes(needle))
        .slice(0, SHOWN)
        .map(({ latest }) => ({
          id: latest.process_id,
          label: latest.name,
          detail: latest.process_id,
          icon: 'process',
          run: () => void navigate({ to: '/processes/$processId', params: { processId: latest.process_id } }),
        })),
    },
    {
      title: t('palette.instances'),
      entries: (instances.data?.items ?? []).map((instance) => ({
        id: instance.instance_key,
        label: instance.business_key ?? instance.instance_key,
        detail: `${instance.process_name} · ${instance.instance_key}`,
        icon: 'running',
        run: () => void navigate({ to: '/instances/$instanceKey', params: { instanceKey: instance.instance_key } }),
      })),
    },
  ]
}

export function Palette() {
  const { t } = useTranslation('app')
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), 150)
  const navigate = useNavigate()
  const pages = usePages()
    .map(({ key, to, icon }): Entry => ({ id: key, label: t(`rail.${key}`), icon, run: () => void navigate({ to }) }))
    .filter(({ label }) => label.toLowerCase().includes(asked.toLowerCase()))
  const groups = [{ title: t('palette.pages'), entries: pages }, ...useFound(asked)].filter(({ entries }) => entries.length > 0)
  return (
    <Spotlight.Root store={store} shortcut={null} query={text} onQueryChange={setText} scrollable maxHeight={480}>
      <Spotlight.Search placeholder={t('palette.placeholder')} aria-label={t('palette.open')} leftSection={<Icon name="search" />} />
      <Spotlight.ActionsList>
        {groups.map(({ title, entries }) => (
          <Spotlight.ActionsGroup key={title} label={title}>
            {entries.map(({ id, label, detail, icon, run }) => (
              <Spotlight.Action key={id} label={label} description={detail} leftSection={<Icon name={icon} />} onClick={run} />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>{t('palette.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
