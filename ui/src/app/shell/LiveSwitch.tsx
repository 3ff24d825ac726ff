/** "live · paused": whether the page follows what happens, when it last changed, and what waits. */
import { Tooltip, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useLive } from '@/shared/live/live'
import { Icon } from '@/shared/ui/Icon'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import classes from './LiveSwitch.module.css'

export function LiveSwitch() {
  const { t } = useTranslation('app')
  const { state, held, lastAt, pause, resume } = useLive()
  if (state === 'off') return null
  const isPaused = state === 'paused'
  const hint = state === 'lost' ? t('live.retrying') : isPaused ? t('live.resume') : t('live.pause')
  return (
    <Tooltip
      label={
        <>
          {hint}
          {lastAt !== null && (
            <>
              {' · '}
              {t('live.last')} <RelativeTime iso={lastAt} />
            </>
          )}
        </>
      }
    >
      <UnstyledButton className={classes.live} data-state={state} aria-pressed={isPaused} onClick={isPaused ? resume : pause}>
        <Icon name={isPaused ? 'pause' : 'live'} />
        <span>{t(`live.${state}`)}</span>
        {held > 0 && <span aria-live="polite">{t('live.held', { count: held })}</span>}
      </UnstyledButton>
    </Tooltip>
  )
}
