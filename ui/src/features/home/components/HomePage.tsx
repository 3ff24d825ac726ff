/** What needs attention now, whether work flows, and the next step for those who begin. Every number leads to its list. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import type { Home } from '@/shared/api/types'
import { useLiveTopics } from '@/shared/live/live'
import { useCan } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Page } from '@/shared/ui/Page'

import { Attention } from './Attention'
import { Figures } from './Figures'
import { Guide } from './Guide'
import classes from './HomePage.module.css'
import { Throughput } from './Throughput'
import { Workers } from './Workers'

const TOPICS = ['tasks', 'instances', 'incidents']

export function HomePage() {
  const { t } = useTranslation('home')
  useLiveTopics(...TOPICS)
  const home = useQuery({
    queryKey: ['home'],
    queryFn: () => unwrap(api.GET('/api/v1/home')),
    meta: { topics: TOPICS },
    refetchInterval: 60_000, // workers that fall silent send no hint
  })
  return (
    <Page title={t('title')}>
      <Async query={home} rows={8}>
        {(data) => <Content home={data} />}
      </Async>
    </Page>
  )
}

function Content({ home }: { home: Home }) {
  const can = useCan()
  return (
    <div className={classes.stack}>
      <Guide home={home} />
      <Figures home={home} />
      <div className={classes.columns}>
        <Attention />
        <div className={classes.stack}>
          {can('instance.view') && <Throughput hours={home.throughput} />}
          {can('system.view') && <Workers workers={home.workers} />}
        </div>
      </div>
    </div>
  )
}
