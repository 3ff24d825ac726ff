/** Five steps from an event log to a running automation, for those who begin; put away by hand or when all are done. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Home } from '@/shared/api/types'
import { useCan } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'

import { setupSteps } from '../setup'
import classes from './Guide.module.css'

export function Guide({ home }: { home: Home }) {
  const { t } = useTranslation('home')
  const can = useCan()
  const [guide, setGuide] = useLocalStorage<'shown' | 'hidden'>({ key: 'taktloom.guide', defaultValue: 'shown' })
  const steps = setupSteps(home)
  const isOver = steps.every(({ isDone }) => isDone)
  if (guide === 'hidden' || isOver || !can('log.view')) return null
  const next = steps.find(({ isDone }) => !isDone)?.key
  return (
    <Panel
      title={t('guide.title')}
      padding="none"
      actions={
        <Tooltip label={t('guide.hide')}>
          <ActionIcon aria-label={t('guide.hide')} onClick={() => setGuide('hidden')}>
            <Icon name="close" />
          </ActionIcon>
        </Tooltip>
      }
    >
      <ol className={classes.steps}>
        {steps.map(({ key, to, isDone }, index) => (
          <li key={key} data-next={key === next || undefined} data-done={isDone || undefined}>
            <Link to={to} className={classes.step}>
              <span className={classes.number}>{isDone ? <Icon name="check" size={14} label={t('guide.done')} /> : index + 1}</span>
              <span>
                <span className={classes.name}>{t(`guide.${key}.title`)}</span>
                <span className={classes.text}>{t(`guide.${key}.text`)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
