/** What the instance waits for: jobs, user tasks, timers, messages, signals, called instances; in words, with links. */
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Empty } from '@/shared/ui/Empty'
import { RelativeTime } from '@/shared/ui/RelativeTime'
import { StateBadge } from '@/shared/ui/StateBadge'

import type { InstanceDetail } from '../api/types'
import classes from './Waits.module.css'

export function Waits({ detail }: { detail: InstanceDetail }) {
  const { t } = useTranslation('processes')
  const { jobs, user_tasks: tasks, timers, subscriptions, signals } = detail
  const called = detail.called.filter(({ status }) => status === 'active')
  if (jobs.length + tasks.length + timers.length + subscriptions.length + signals.length + called.length === 0)
    return <Empty icon="done" title={t('waits.none')} text={detail.summary.status === 'active' ? undefined : t('waits.ended')} />
  return (
    <ul className={classes.list}>
      {tasks.map((task) => (
        <li key={task.user_task_id}>
          <StateBadge state={task.state} />
          <span>
            {t('waits.task', { who: task.assignee ?? (task.candidate_groups.join(', ') || t('waits.anybody')) })}{' '}
            <Link to="/tasks" search={{ view: 'all', task: task.user_task_id }}>
              {task.name}
            </Link>
          </span>
          <RelativeTime iso={task.created_at} />
        </li>
      ))}
      {jobs.map((job) => (
        <li key={job.job_id}>
          <StateBadge state={job.state} />
          <span>
            {t('waits.job', { type: job.job_type, element: job.element_id, count: job.retries_left })}
            {job.worker !== null && ` · ${job.worker}`}
          </span>
          <RelativeTime iso={job.created_at} />
        </li>
      ))}
      {timers.map((timer) => (
        <li key={timer.timer_id}>
          <StateBadge state="waiting" />
          <span>{t('waits.timer', { element: timer.element_id })}</span>
          <RelativeTime iso={timer.due_at} />
        </li>
      ))}
      {subscriptions.map((subscription) => (
        <li key={subscription.subscription_id}>
          <StateBadge state="waiting" />
          <span>{t('waits.message', { name: subscription.message_name, element: subscription.element_id })}</span>
          <span className="tl-muted">{subscription.correlation_key ?? t('waits.anyKey')}</span>
        </li>
      ))}
      {signals.map((signal) => (
        <li key={signal.subscription_id}>
          <StateBadge state="waiting" />
          <span>{t('waits.signal', { name: signal.signal_name, element: signal.element_id })}</span>
        </li>
      ))}
      {called.map((child) => (
        <li key={child.instance_key}>
          <StateBadge state={child.status} />
          <span>
            {t('waits.called')}{' '}
            <Link to="/instances/$instanceKey" params={{ instanceKey: child.instance_key }}>
              {child.process_name} {child.business_key ?? child.instance_key}
            </Link>
          </span>
          <RelativeTime iso={child.started_at} />
        </li>
      ))}
    </ul>
  )
}
