/** The guided walk from an event log to a running automation: which of its five steps are done, by what is there. */
import type { Home } from '@/shared/api/types'

export interface SetupStep {
  key: 'import' | 'review' | 'deploy' | 'start' | 'work'
  to: '/mining' | '/processes' | '/tasks'
  isDone: boolean
}

export function setupSteps(home: Home): SetupStep[] {
  const { has_log, has_process, has_task } = home.setup
  const hasCases = home.open_instances > 0 || home.finished_24h > 0 || has_task
  return [
    { key: 'import', to: '/mining', isDone: has_log },
    // Nothing records that somebody has read a review; who has deployed a process is past it.
    { key: 'review', to: '/mining', isDone: has_log && has_process },
    { key: 'deploy', to: '/processes', isDone: has_process },
    { key: 'start', to: '/processes', isDone: has_process && hasCases },
    { key: 'work', to: '/tasks', isDone: has_process && home.finished_24h > 0 },
  ]
}
