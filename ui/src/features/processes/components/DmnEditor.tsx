/** The decisions of a draft: dmn-js with a switch between its tables and the requirements diagram. */
import { SegmentedControl } from '@mantine/core'
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'

import { useLanguage } from '@/shared/i18n/useLanguage'
import { Problem } from '@/shared/ui/Problem'

import type { DecisionEditor, DecisionView } from '../editor/decisionModeler'
import { DecisionPanel } from './DecisionPanel'
import classes from './editor.module.css'

export interface DecisionHandle {
  save: () => Promise<string | null>
}

interface DmnEditorProps {
  xml: string
  onChanged: () => void
  ref?: Ref<DecisionHandle>
}

export function DmnEditor({ xml, onChanged, ref }: DmnEditorProps) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const frame = useRef<HTMLDivElement>(null)
  const editor = useRef<DecisionEditor | null>(null)
  const changed = useRef(onChanged)
  const latest = useRef(xml)
  // What stands below the table reads the text; it follows the edits, while `xml` stays what the editor began with.
  const [text, setText] = useState(xml)
  const [open, setOpen] = useState<DecisionEditor | null>(null)
  const [views, setViews] = useState<DecisionView[]>([])
  const [active, setActive] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    changed.current = onChanged
  })

  useImperativeHandle(ref, () => ({ save: async () => (await editor.current?.saveXml()) ?? null }))

  useEffect(() => {
    const container = frame.current
    let isGone = false
    let made: DecisionEditor | undefined
    async function show(): Promise<void> {
      const { makeDecisionModeler } = await import('../editor/decisionModeler')
      if (isGone || container === null) return
      made = makeDecisionModeler(container, language)
      made.onViews((id) => {
        if (isGone) return
        setViews(made?.views() ?? [])
        setActive(id)
      })
      await made.importXml(latest.current)
      if (isGone) return
      editor.current = made
      setOpen(made)
      setViews(made.views())
      made.onChanged(() => {
        changed.current()
        void made?.saveXml().then((saved) => {
          latest.current = saved
          if (!isGone) setText(saved)
        })
      })
    }
    show().catch((reason: unknown) => {
      if (!isGone) setError(reason)
    })
    return () => {
      isGone = true
      editor.current = null
      setOpen(null)
      made?.destroy()
    }
  }, [language])

  if (error !== null) return <Problem error={error} />
  return (
    <div className={classes.decisions}>
      {views.length > 1 && (
        <SegmentedControl
          size="xs"
          aria-label={t('editor.decisionView')}
          data={views.map((view) => ({ value: view.id, label: view.type === 'drd' ? t('editor.requirements') : view.name }))}
          value={active ?? views[0]?.id}
          onChange={(id) => void editor.current?.open(id)}
        />
      )}
      <div ref={frame} className={`tl-paper ${classes.canvas}`} role="group" aria-label={t('editor.decisions')} />
      {open !== null && <DecisionPanel editor={open} xml={text} view={views.find(({ id }) => id === active) ?? null} />}
    </div>
  )
}
