/** What can be done with a batch, by how far it is. */
import type { Batch, BatchTurn } from './api/operations'

export function turnsOf({ state, failed }: Pick<Batch, 'state' | 'failed'>): BatchTurn[] {
  if (state === 'running') return ['pause', 'cancel']
  if (state === 'paused') return ['resume', 'cancel']
  return failed > 0 ? ['retry'] : []
}
