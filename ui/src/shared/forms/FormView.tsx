/**
 * A form of form-js: fields, rules and FEEL conditions come from its schema. Shown on light paper with the bpmn.io mark.
 * The caller submits through the handle and gets the data, or null when a field is not valid (the form then says which).
 */
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'

import { useLanguage } from '@/shared/i18n/useLanguage'
import { Loading } from '@/shared/ui/Loading'
import { Problem } from '@/shared/ui/Problem'

import type { FormInstance } from './formjs'
import classes from './FormView.module.css'

export interface FormHandle {
  /** The data of a valid form; null when something is missing or wrong. */
  submit: () => Record<string, unknown> | null
  /** What the server says of fields, by their names, is shown at them until they are changed. */
  mark: (messages: Record<string, string>) => void
}

export interface FormViewProps {
  schema: unknown
  data: Record<string, unknown>
  mode?: 'edit' | 'read'
  onChange?: (data: Record<string, unknown>) => void
  ref?: Ref<FormHandle>
}

export function FormView({ schema, data, mode = 'edit', onChange, ref }: FormViewProps) {
  const language = useLanguage()
  const frame = useRef<HTMLDivElement>(null)
  const form = useRef<FormInstance | null>(null)
  const change = useRef(onChange)
  // What the person has typed outlives a change of language, which makes the form anew.
  const typed = useRef<Record<string, unknown> | null>(null)
  const [isReady, setReady] = useState(false)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    change.current = onChange
  })

  useImperativeHandle(ref, () => ({
    submit() {
      const result = form.current?.submit()
      if (result === undefined) return null
      if (Object.keys(result.errors).length === 0) return result.data
      frame.current?.querySelector<HTMLElement>('.fjs-has-errors :is(input, select, textarea)')?.focus()
      return null
    },
    mark: (messages) => form.current?.mark(messages),
  }))

  useEffect(() => {
    const container = frame.current
    let isGone = false
    let made: FormInstance | undefined
    async function show(): Promise<void> {
      const { makeForm } = await import('./formjs')
      if (isGone || container === null) return
      made = makeForm(container, language, mode)
      await made.importSchema(schema, typed.current ?? data)
      if (isGone) return
      made.on('changed', (event) => {
        typed.current = event.data
        change.current?.(event.data)
      })
      form.current = made
      setReady(true)
    }
    show().catch((reason: unknown) => {
      if (!isGone) setError(reason)
    })
    return () => {
      isGone = true
      form.current = null
      made?.destroy()
    }
    // The data is where the form starts; later changes are the person's own and must not be overwritten.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [schema, language, mode])

  if (error !== null) return <Problem error={error} />
  return (
    <>
      {!isReady && <Loading />}
      <div ref={frame} className={`tl-paper ${classes.form}`} />
    </>
  )
}
