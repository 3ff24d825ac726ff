/** The first open incidents and the person's next tasks. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import classes from './Attention.module.css'

const SHOWN = 6

export function Attention() {
  const can = useCan()
  return (
    <div className={classes.stack}>
      {can('instance.view') && <Incidents />}
      {can('task.work') && <MyTasks />}
    </div>
  )
}

function Incidents() {
  const { t } = useTranslation('home')
  const say = useServerText()
  const incidents = useQuery({
    queryKey: ['incidents', 'home'],
    queryFn: () => unwrap(api.GET('/api/v1/incidents', { params: { query: { state: 'open' } } })),
  })
  return (
    <Panel title={t('incidents.title')} actions={<Link to="/incidents">{t('all')}</Link>} padding="none">
      <Async query={incidents}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="done" title={t('incidents.none')} />
          ) : (
            <ul className={classes.list}>
              {items.slice(0, SHOWN).map((incident) => (
                <li key={incident.incident_id}>
                  <Link to="/instances/$instanceKey" params={{ instanceKey: incident.instance_key }} className={classes.row}>
                    <span className={classes.incident}>
                      <Icon name="incident" />
                    </span>
                    <span className={classes.main}>
                      <span>{incident.element_name || incident.element_id}</span>
                      <span className={classes.detail}>{say(incident.message)}</span>
                    </span>
                    <span className={classes.side}>
                      <span>{incident.process_name}</span>
                      <RelativeTime iso={incident.raised_at} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Async>
    </Panel>
  )
}

function MyTasks() {
  const { t } = useTranslation('home')
  const tasks = useQuery({
    queryKey: ['tasks', 'home'],
    queryFn: () => unwrap(api.GET('/api/v1/tasks', { params: { query: { view: 'mine' } } })),
  })
  return (
    <Panel
      title={t('tasks.title')}
      padding="none"
      actions={
        <Link to="/tasks" search={{ view: 'mine' }}>
          {t('all')}
        </Link>
      }
    >
      <Async query={tasks}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              icon="tasks"
              title={t('tasks.none')}
              action={
                <Link to="/tasks" search={{ view: 'group' }}>
                  {t('tasks.group')}
                </Link>
              }
            />
          ) : (
            <ul className={classes.list}>
              {items.slice(0, SHOWN).map((task) => (
                <li key={task.user_task_id}>
                  <Link to="/tasks" search={{ view: 'mine', task: task.user_task_id }} className={classes.row}>
                    <Icon name="tasks" />
                    <span className={classes.main}>
                      <span>{task.name}</span>
                      <span className={classes.detail}>{[task.process_name, task.business_key].filter(Boolean).join(' · ')}</span>
                    </span>
                    <span className={classes.side}>
                      <RelativeTime iso={task.due_at ?? task.created_at} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Async>
    </Panel>
  )
}
