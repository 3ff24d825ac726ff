/** One decision of a DMN text, read-only, on paper; rules can be marked. */
import { useEffect, useRef, useState } from 'react'

import { useLanguage } from '@/shared/i18n/useLanguage'
import { Problem } from '@/shared/ui/Problem'

import classes from './DecisionView.module.css'
import type { DecisionViewer } from './decisionViewer'
import type { RuleMark } from './ruleMarks'

interface DecisionViewProps {
  xml: string
  decisionId: string
  label: string
  marks: readonly RuleMark[]
}

export function DecisionView({ xml, decisionId, label, marks }: DecisionViewProps) {
  const language = useLanguage()
  const frame = useRef<HTMLDivElement>(null)
  const [viewer, setViewer] = useState<DecisionViewer | null>(null)
  const [error, setError] = useState<unknown>(null)

  useEffect(() => {
    const container = frame.current
    let isGone = false
    let made: DecisionViewer | undefined
    async function show(): Promise<void> {
      const { makeDecisionViewer } = await import('./decisionViewer')
      if (isGone || container === null) return
      made = makeDecisionViewer(container, language)
      await made.show(xml, decisionId)
      setViewer(made)
    }
    show().catch((reason: unknown) => {
      if (!isGone) setError(reason)
    })
    return () => {
      isGone = true
      setViewer(null)
      made?.destroy()
    }
  }, [xml, decisionId, language])

  useEffect(() => viewer?.markRules(marks), [viewer, marks])

  if (error !== null) return <Problem error={error} />
  return <div ref={frame} className={`tl-paper ${classes.view}`} role="group" aria-label={label} />
}
