/** Which instances a list shows, and what can be done to those that were chosen in it. */
import type { InstanceSummary } from './api/types'
import type { InstancesSearch } from './routes'

export const INSTANCE_ORDERS = ['suspend', 'resume', 'cancel', 'set-variables', 'restart', 'delete-history'] as const
export type InstanceOrder = (typeof INSTANCE_ORDERS)[number]

/** The choice of a state that is none of the server's: active ones of which no token moves. */
export const SUSPENDED = 'suspended'
export const STATUSES = ['active', SUSPENDED, 'completed', 'terminated', 'cancelled', 'failed'] as const

/** As the server takes it, of lists and of batches alike. */
export function filterOf(search: InstancesSearch) {
  const isSuspended = search.status === SUSPENDED
  return {
    process_id: search.process,
    version_tag: search.tag,
    status: (isSuspended ? 'active' : search.status) as 'active' | undefined,
    is_suspended: isSuspended ? true : undefined,
    search: search.search,
    element_id: search.element,
    with_incidents: search.incidents,
  }
}

type Standing = Pick<InstanceSummary, 'status' | 'is_suspended'>

const FITS: Record<InstanceOrder, (row: Standing) => boolean> = {
  suspend: ({ status, is_suspended }) => status === 'active' && !is_suspended,
  resume: ({ is_suspended }) => is_suspended,
  cancel: ({ status }) => status === 'active',
  'set-variables': ({ status }) => status === 'active',
  restart: () => true,
  'delete-history': ({ status }) => status !== 'active',
}

/** What can be done to at least one of them; what does not fit an instance is refused for that one alone. */
export function ordersFor(rows: readonly Standing[]): InstanceOrder[] {
  return INSTANCE_ORDERS.filter((order) => rows.some((row) => FITS[order](row)))
}
