import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'
import { choiceParam, textParam, type RawSearch } from '@/shared/routing/search'

export const TASK_VIEWS = ['mine', 'group', 'all'] as const
export type TaskView = (typeof TASK_VIEWS)[number]

export interface TaskSearch {
  view?: TaskView
  task?: string
  search?: string
}

const tasks = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks',
  validateSearch: (raw: RawSearch): TaskSearch => ({
    view: choiceParam(raw, 'view', TASK_VIEWS),
    task: textParam(raw, 'task'),
    search: textParam(raw, 'search'),
  }),
  component: lazyRouteComponent(() => import('./components/TasksPage'), 'TasksPage'),
})

export const tasksRoutes = [tasks] as const
