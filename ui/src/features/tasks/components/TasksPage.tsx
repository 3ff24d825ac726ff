/** The inbox: the list on one side, the chosen task on the other; on a phone one after the other. */
import { SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/shared/api/types'
import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { SplitPane } from '@/shared/ui/SplitPane'

import { countsQuery } from '../api/tasks'
import { countOf, filtersOf } from '../filters'
import { useInbox } from '../hooks/useInbox'
import { nextTask } from '../next'
import { TASK_VIEWS, type TaskSearch, type TaskView } from '../routes'
import { NothingChosen, TaskDetail } from './TaskDetail'
import { TaskFilterBar } from './TaskFilterBar'
import { TaskList } from './TaskList'
import classes from './TasksPage.module.css'

type TaskCounts = Schemas['TaskCounts']

const DEFAULT_VIEW: TaskView = 'group'

export function TasksPage() {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const navigate = useNavigate({ from: '/tasks' })
  const given = useSearch({ from: '/shell/tasks' })
  const { view = DEFAULT_VIEW, task: taskId, search = '' } = given
  const filters = filtersOf(given)
  const counts = useQuery(countsQuery).data
  useLiveTopics('tasks')
  const inbox = useInbox(view, search, filters)
  const setSearch = useDebouncedCallback((text: string) => go({ search: text === '' ? undefined : text }), 250)

  function go(change: TaskSearch): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }

  const ids = inbox.rows.map((row) => row.user_task_id)
  const lastAt = useRef(-1)
  const at = taskId === undefined ? -1 : ids.indexOf(taskId)
  useEffect(() => {
    if (at !== -1) lastAt.current = at
  }, [at])

  function onDone(done: string): void {
    go({ task: nextTask(ids, done, lastAt.current) ?? undefined })
  }

  const views = TASK_VIEWS.filter((each) => each !== 'all' || can('task.view_all'))
  return (
    <Page
      title={t('title')}
      layout="full"
      actions={
        <div className={classes.filters} data-reading={taskId !== undefined}>
          <SegmentedControl
            size="xs"
            aria-label={t('view.label')}
            data={views.map((value) => ({ value, label: [t(`view.${value}`), countText(counts, value)].join(' ').trim() }))}
            value={view}
            onChange={(value) => go({ view: value, task: undefined, group: undefined, assignee: undefined })}
          />
          <TextInput
            size="xs"
            className={classes.search}
            aria-label={t('search')}
            placeholder={t('search')}
            leftSection={<Icon name="search" size={14} />}
            defaultValue={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <TaskFilterBar filters={filters} isAll={view === 'all'} onChange={(change) => go({ ...change, task: undefined })} />
        </div>
      }
    >
      <SplitPane
        name="tasks"
        initial={42}
        narrow={taskId === undefined ? 'first' : 'second'}
        first={<TaskList key={`${view} ${search} ${JSON.stringify(filters)}`} inbox={inbox} view={view} selected={taskId ?? null} isNarrowed={search !== '' || countOf(filters) > 0} onSelect={(task) => go({ task })} />}
        second={
          taskId === undefined ? (
            <NothingChosen hasTasks={inbox.rows.length > 0} />
          ) : (
            <TaskDetail key={taskId} taskId={taskId} notes={given.notes ?? 'comments'} onNotes={(notes) => go({ notes })} onDone={onDone} onBack={() => go({ task: undefined })} />
          )
        }
      />
    </Page>
  )
}

const MOST_COUNTED = 1000

/** How many there are; the server stops counting at a thousand. */
function countText(counts: TaskCounts | undefined, view: TaskView): string {
  if (counts === undefined || view === 'all') return ''
  const count = view === 'mine' ? counts.mine : counts.offered
  return count === null ? `${MOST_COUNTED}+` : count === 0 ? '' : `${count}`
}
