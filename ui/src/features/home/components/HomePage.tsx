/** What needs attention now, whether work flows, and the next step for those who begin. Every number leads to its list. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import type { Home } from '@/shared/api/types'
import { useLiveTopics } from '@/shared/live/live'
import { useCan, useSession } from '@/shared/session/session'
import { Async } from '@/shared/ui/Async'
import { Icon } from '@/shared/ui/Icon'
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
  const hasPassword = useSession().user.has_password
  return (
    <div className={classes.stack}>
      {home.demo?.is_synthetic === true && <DemoBanner />}
      {!hasPassword && <NoPassword />}
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

function DemoBanner() {
  const { t } = useTranslation('home')
  return (
    <p className={classes.demo}>
      <Icon name="info" />
      <strong>{t('demo.title')}</strong>
      <span>{t('demo.text')}</span>
    </p>
  )
}

function NoPassword() {
  const { t } = useTranslation('home')
  return (
    <p className={classes.demo}>
      <Icon name="key" />
      <span>{t('noPassword.text')}</span>
      <Link to="/account">{t('noPassword.set')}</Link>
    </p>
  )
}
