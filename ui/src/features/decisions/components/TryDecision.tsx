/** A form of the decision's inputs; what comes out, and why. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useId, useState, type SubmitEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError } from '@/shared/api/problem'
import type { Schemas } from '@/shared/api/types'
import { Explanation } from '@/shared/dmn/Explanation'
import { FieldInput } from '@/shared/dmn/FieldInput'
import { Problem } from '@/shared/ui/Problem'

import { tryDecision, type Outcome } from '../api/decisions'
import classes from './decisions.module.css'

interface TryDecisionProps {
  xml: string
  decision: Schemas['DecisionInterface']
  outcome: Outcome | null
  onOutcome: (outcome: Outcome | null) => void
}

export function TryDecision({ xml, decision, outcome, onOutcome }: TryDecisionProps) {
  const { t } = useTranslation('decisions')
  const form = useId()
  const [inputs, setInputs] = useState<Record<string, string>>({})
  const run = useMutation({
    mutationFn: () => tryDecision(xml, decision.decision_id, inputs),
    onSuccess: onOutcome,
  })

  function submit(event: SubmitEvent): void {
    event.preventDefault()
    run.mutate()
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {decision.inputs.length === 0 && <p className="tl-muted">{t('try.noInputs')}</p>}
      {decision.inputs.map((field, index) => (
        <div key={field.name}>
          <label htmlFor={`${form}${index}`}>
            {field.name} {field.type_ref !== null && <small className="tl-muted">{field.type_ref}</small>}
          </label>
          <FieldInput
            id={`${form}${index}`}
            field={field}
            label={field.name}
            value={inputs[field.name] ?? ''}
            isWrong={outcome?.column === field.name}
            onChange={(feel) => {
              setInputs((before) => ({ ...before, [field.name]: feel }))
              onOutcome(null)
            }}
          />
        </div>
      ))}
      <Button type="submit" loading={run.isPending}>
        {t('try.decide')}
      </Button>
      {run.error !== null && <Problem error={run.error} />}
      {outcome !== null && <Answer outcome={outcome} />}
    </form>
  )
}

function Answer({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation('decisions')
  if (outcome.problem !== null) return <Problem error={new ApiError(outcome.problem)} />
  const parts = Object.entries(outcome.actual)
  return (
    <div role="status">
      {parts.map(([name, text]) => (
        <p key={name} className={classes.answer}>
          {name === '' ? t('try.result') : name}: <code>{text}</code>
        </p>
      ))}
      <Explanation trace={outcome.trace} warnings={outcome.warnings} />
    </div>
  )
}
