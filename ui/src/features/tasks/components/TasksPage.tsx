/** The inbox: the list on one side, the chosen task on the other; on a phone one after the other. */
import { SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { SplitPane } from '@/shared/ui/SplitPane'

import { useInbox } from '../hooks/useInbox'
import { nextTask } from '../next'
import { TASK_VIEWS, type TaskSearch, type TaskView } from '../routes'
import { NothingChosen, TaskDetail } from './TaskDetail'
import { TaskList } from './TaskList'
import classes from './TasksPage.module.css'

const DEFAULT_VIEW: TaskView = 'group'

export function TasksPage() {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const navigate = useNavigate({ from: '/tasks' })
  const { view = DEFAULT_VIEW, task: taskId, search = '' } = useSearch({ from: '/shell/tasks' })
  useLiveTopics('tasks')
  const inbox = useInbox(view, search)
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
            data={views.map((value) => ({ value, label: t(`view.${value}`) }))}
            value={view}
            onChange={(value) => go({ view: value, task: undefined })}
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
        </div>
      }
    >
      <SplitPane
        name="tasks"
        initial={42}
        narrow={taskId === undefined ? 'first' : 'second'}
        first={<TaskList inbox={inbox} view={view} selected={taskId ?? null} onSelect={(task) => go({ task })} />}
        second={
          taskId === undefined ? (
            <NothingChosen hasTasks={inbox.rows.length > 0} />
          ) : (
            <TaskDetail key={taskId} taskId={taskId} onDone={onDone} onBack={() => go({ task: undefined })} />
          )
        }
      />
    </Page>
  )
}
