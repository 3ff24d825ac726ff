/** Where a person is in the three steps of an import. */
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'

import classes from './Import.module.css'

const STEPS = ['file', 'columns', 'run'] as const

export function Steps({ at }: { at: number }) {
  const { t } = useTranslation('mining')
  return (
    <ol className={classes.steps} aria-label={t('import.steps')}>
      {STEPS.map((step, index) => (
        <li key={step} data-at={index === at ? 'now' : index < at ? 'done' : 'later'} aria-current={index === at ? 'step' : undefined}>
          <span className={classes.number}>{index < at ? <Icon name="check" size={12} label={t('import.stepDone')} /> : index + 1}</span>
          {t(`import.step.${step}`)}
        </li>
      ))}
    </ol>
  )
}
