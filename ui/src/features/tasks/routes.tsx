import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'
import { choiceParam, textParam, type RawSearch } from '@/shared/routing/search'

import { filtersParam, type TaskFilters } from './filters'

export const TASK_VIEWS = ['mine', 'group', 'all'] as const
export type TaskView = (typeof TASK_VIEWS)[number]

/** What stands below the form. */
export const NOTE_TABS = ['comments', 'files', 'history'] as const
export type NoteTab = (typeof NOTE_TABS)[number]

export interface TaskSearch extends TaskFilters {
  view?: TaskView
  notes?: NoteTab
  task?: string
  search?: string
}

const tasks = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks',
  validateSearch: (raw: RawSearch): TaskSearch => ({
    ...filtersParam(raw),
    view: choiceParam(raw, 'view', TASK_VIEWS),
    notes: choiceParam(raw, 'notes', NOTE_TABS),
    task: textParam(raw, 'task'),
    search: textParam(raw, 'search'),
  }),
  component: lazyRouteComponent(() => import('./components/TasksPage'), 'TasksPage'),
})

export const tasksRoutes = [tasks] as const
