/** Why a decision came out as it did: every decision made on the way, from what, by which rules; then the warnings. */
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/shared/api/types'
import { useServerText } from '@/shared/i18n/serverTexts'
import { Icon } from '@/shared/ui/Icon'

import classes from './Explanation.module.css'
import { wireText } from './wireText'

type Trace = Schemas['DecisionTrace']

interface ExplanationProps {
  trace: readonly Trace[]
  warnings: readonly Schemas['EvaluationWarning'][]
}

export function Explanation({ trace, warnings }: ExplanationProps) {
  return (
    <div className={classes.explanation}>
      {trace.map((made) => (
        <Made key={made.decision_id} made={made} />
      ))}
      <Warnings warnings={warnings} />
    </div>
  )
}

function Made({ made }: { made: Trace }) {
  const { t } = useTranslation('shared')
  const inputs = Object.entries(made.inputs)
  return (
    <section className={classes.made}>
      <h3>
        {made.name} = <code>{wireText(made.value)}</code>
      </h3>
      {inputs.length > 0 && (
        <p>
          {t('dmn.from')}{' '}
          {inputs.map(([name, value]) => (
            <span key={name} className={classes.input}>
              {name} = <code>{wireText(value)}</code>
            </span>
          ))}
        </p>
      )}
      {made.matches.map((match, index) => (
        <ul key={index} className={classes.rules}>
          {match.rules.length === 0 && <li>{t('dmn.noRule')}</li>}
          {match.rules.map((rule) => (
            <li key={rule.number}>
              {t('dmn.rule', { number: rule.number })} → <code>{Object.values(rule.outputs).join(', ')}</code>
              {rule.annotation !== '' && <span className="tl-muted"> {rule.annotation}</span>}
            </li>
          ))}
        </ul>
      ))}
    </section>
  )
}

export function Warnings({ warnings }: { warnings: readonly Schemas['EvaluationWarning'][] }) {
  const said = useServerText()
  return (
    <ul className={classes.warnings}>
      {warnings.map((warning, index) => (
        <li key={index}>
          <Icon name="warning" size={13} /> {said(warning.message)}
        </li>
      ))}
    </ul>
  )
}
