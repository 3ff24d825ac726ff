/** The BPMN editor with its properties panel; the caller saves through the handle. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'

import type { Way } from '@/shared/bpmn/way'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Icon } from '@/shared/ui/Icon'
import { Loading } from '@/shared/ui/Loading'
import { Problem } from '@/shared/ui/Problem'
import { SplitPane } from '@/shared/ui/SplitPane'

import type { ModelEditor } from '../editor/modeler'
import classes from './editor.module.css'

export interface EditorHandle {
  /** The model as XML; null until the editor is ready. */
  save: () => Promise<string | null>
  select: (elementId: string) => void
  showWay: (way: Way | null) => void
}

interface BpmnEditorProps {
  xml: string
  onChanged: () => void
  onSelected: (elementId: string | null) => void
  selected: string | null
  /** What is known of the chosen element, shown above its properties. */
  note?: React.ReactNode
  ref?: Ref<EditorHandle>
}

export function BpmnEditor({ xml, onChanged, onSelected, selected, note, ref }: BpmnEditorProps) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const canvas = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const editor = useRef<ModelEditor | null>(null)
  const heard = useRef({ onChanged, onSelected, selected })
  // What has been drawn outlives a change of language, which makes the editor anew.
  const latest = useRef(xml)
  const [isReady, setReady] = useState(false)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    heard.current = { onChanged, onSelected, selected }
  })

  useImperativeHandle(ref, () => ({
    save: async () => (await editor.current?.saveXml()) ?? null,
    select: (elementId) => editor.current?.select(elementId),
    showWay: (way) => editor.current?.showWay(way),
  }))

  useEffect(() => {
    let isGone = false
    let made: ModelEditor | undefined
    async function show(): Promise<void> {
      const { makeModeler } = await import('../editor/modeler')
      if (isGone || canvas.current === null || panel.current === null) return
      made = makeModeler(canvas.current, panel.current, language)
      await made.importXml(latest.current)
      if (isGone) return
      made.onChanged(() => {
        heard.current.onChanged()
        void made?.saveXml().then((text) => {
          latest.current = text
        })
      })
      made.onSelected((elementId) => heard.current.onSelected(elementId))
      const wanted = heard.current.selected
      editor.current = made
      setReady(true)
      // The properties panel hears of a selection only once it is attached, which takes a turn.
      if (wanted !== null) setTimeout(() => editor.current?.select(wanted))
    }
    show().catch((reason: unknown) => {
      if (!isGone) setError(reason)
    })
    return () => {
      isGone = true
      editor.current = null
      made?.destroy()
    }
  }, [language])

  if (error !== null) return <Problem error={error} />
  return (
    <SplitPane
      name="editor"
      initial={72}
      first={
        <div className={classes.stage}>
          {!isReady && <Loading rows={6} />}
          <div ref={canvas} className={`tl-paper ${classes.canvas}`} role="group" aria-label={t('editor.canvas')} />
          <div className={classes.tools}>
            <Tool label={t('editor.undo')} icon="chevronLeft" onClick={() => editor.current?.undo()} />
            <Tool label={t('editor.redo')} icon="chevronRight" onClick={() => editor.current?.redo()} />
            <Tool label={t('shared:diagram.fit')} icon="fit" onClick={() => editor.current?.fit()} />
          </div>
        </div>
      }
      second={
        <div className={classes.side}>
          {note}
          <div ref={panel} className={`tl-paper ${classes.panel}`} aria-label={t('editor.properties')} role="group" />
        </div>
      }
    />
  )
}

function Tool({ label, icon, onClick }: { label: string; icon: 'chevronLeft' | 'chevronRight' | 'fit'; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} onClick={onClick}>
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  )
}
