/** The pages of the rail. A page shows when it is there and the person may see it. */
import { useCan, type Permission } from '@/shared/session/session'
import type { IconName } from '@/shared/ui/Icon'

const PAGES = [
  { key: 'home', to: '/', icon: 'home', keys: 'g h', any: [] },
  { key: 'tasks', to: '/tasks', icon: 'tasks', keys: 'g t', any: ['task.work', 'task.view_all'] },
  { key: 'processes', to: '/processes', icon: 'process', keys: 'g p', also: ['/instances', '/incidents', '/batches'], any: ['process.view', 'instance.view'] },
  { key: 'decisions', to: '/decisions', icon: 'table', keys: 'g d', any: ['process.view'] },
  { key: 'mining', to: '/mining', icon: 'mining', keys: 'g m', any: ['log.view'] },
  { key: 'admin', to: '/admin', icon: 'admin', keys: 'g a', any: ['user.admin', 'key.admin', 'system.view'] },
] as const satisfies readonly { key: string; to: string; icon: IconName; keys: string; also?: readonly string[]; any: readonly Permission[] }[]

export type PageEntry = (typeof PAGES)[number]

export function usePages(): PageEntry[] {
  const can = useCan()
  return PAGES.filter(({ any }) => any.length === 0 || any.some((permission) => can(permission)))
}
