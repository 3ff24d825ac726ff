/** The work itself: the task's form, or its variables as a plain list. What is typed is kept as a draft in this tab. */
import { Button } from '@mantine/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { UserTaskDetail } from '@/shared/api/types'
import { AnyForm } from '@/shared/forms/AnyForm'
import type { FormHandle } from '@/shared/forms/FormView'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { VariableTable } from '@/shared/forms/VariableTable'
import { rowProblems, rowsOf, variablesOf } from '@/shared/forms/variables'
import { useShortcuts } from '@/shared/keys/shortcuts'
import { Icon } from '@/shared/ui/Icon'

import { dropDraft, readDraft, writeDraft } from '../drafts'
import { hasComponents, otherVariables, ownVariables } from '../formSchema'
import classes from './TaskWork.module.css'

interface TaskWorkProps {
  detail: UserTaskDetail
  mode: 'edit' | 'read'
  isSending: boolean
  /** What the server says of fields, by their names. */
  refused?: Record<string, string>
  onComplete: (variables: Record<string, unknown>) => void
}

export function TaskWork({ detail, mode, isSending, refused, onComplete }: TaskWorkProps) {
  const schema = detail.form_schema
  if (schema === null && mode === 'read') return <VariableTable variables={detail.variables} />
  if (schema === null) return <PlainWork detail={detail} isSending={isSending} onComplete={onComplete} />
  return (
    <>
      {hasComponents(schema) ? (
        <FormWork schema={schema} detail={detail} mode={mode} isSending={isSending} refused={refused} onComplete={onComplete} />
      ) : (
        <NothingToFill mode={mode} isSending={isSending} onComplete={onComplete} />
      )}
      <CaseData variables={otherVariables(detail.variables, schema)} />
    </>
  )
}

/** The facts of the case that the form does not show: often what the work needs. */
function CaseData({ variables }: { variables: Record<string, unknown> }) {
  const { t } = useTranslation('tasks')
  if (Object.keys(variables).length === 0) return null
  return (
    <section className={classes.data} aria-label={t('caseData')}>
      <h3>{t('caseData')}</h3>
      <VariableTable variables={variables} />
    </section>
  )
}

function NothingToFill({ mode, isSending, onComplete }: Omit<TaskWorkProps, 'detail'>) {
  const { t } = useTranslation('tasks')
  const send = () => onComplete({})
  useShortcuts(mode === 'edit' ? [{ keys: 'mod+enter', label: t('action.complete'), run: send }] : [])
  return (
    <>
      <p className="tl-muted">{t('noFields')}</p>
      {mode === 'edit' && <Foot isSending={isSending} error={null} onComplete={send} />}
    </>
  )
}

function FormWork({ schema, detail, mode, isSending, refused, onComplete }: TaskWorkProps & { schema: object }) {
  const { t } = useTranslation('tasks')
  const id = detail.task.user_task_id
  const form = useRef<FormHandle>(null)
  const [draft, setDraft] = useState(() => readDraft(id))
  const [round, setRound] = useState(0)
  const [isInvalid, setInvalid] = useState(false)
  const data = useMemo(() => ({ ...detail.variables, ...draft }), [detail.variables, draft])

  useEffect(() => {
    if (refused !== undefined) form.current?.mark(refused)
  }, [refused])

  function send(): void {
    if (isSending) return
    const variables = form.current?.submit() ?? null
    setInvalid(variables === null)
    if (variables !== null) onComplete(variables)
  }

  function discard(): void {
    dropDraft(id)
    setDraft(null)
    setRound(round + 1)
  }

  useShortcuts(mode === 'edit' ? [{ keys: 'mod+enter', label: t('action.complete'), run: send }] : [])
  return (
    <>
      {draft !== null && mode === 'edit' && (
        <p className={classes.note}>
          <Icon name="draft" size={14} />
          {t('draft.restored')}
          <Button variant="subtle" size="compact-xs" onClick={discard}>
            {t('draft.discard')}
          </Button>
        </p>
      )}
      <AnyForm key={round} ref={form} schema={schema} data={data} mode={mode} onChange={(typed) => writeDraft(id, ownVariables(typed, schema))} />
      {mode === 'edit' && <Foot isSending={isSending} error={isInvalid ? t('invalid') : null} onComplete={send} />}
    </>
  )
}

function PlainWork({ detail, isSending, onComplete }: Omit<TaskWorkProps, 'mode'>) {
  const { t } = useTranslation('tasks')
  const id = detail.task.user_task_id
  const [rows, setRows] = useState(() => rowsOf({ ...detail.variables, ...readDraft(id) }))
  const [isAsked, setAsked] = useState(false)
  const isWrong = rowProblems(rows).some((problem) => problem !== null)

  function send(): void {
    setAsked(true)
    if (isWrong || isSending) return
    // Only what this person changed: others may have changed the rest meanwhile.
    const before = detail.variables
    const changed = Object.entries(variablesOf(rows)).filter(
      ([name, value]) => !(name in before) || JSON.stringify(before[name]) !== JSON.stringify(value),
    )
    onComplete(Object.fromEntries(changed))
  }

  useShortcuts([{ keys: 'mod+enter', label: t('action.complete'), run: send }])
  return (
    <>
      <VariableEditor
        rows={rows}
        onChange={(next) => {
          setRows(next)
          if (rowProblems(next).every((problem) => problem === null)) writeDraft(id, variablesOf(next))
        }}
      />
      <Foot isSending={isSending} error={isAsked && isWrong ? t('invalid') : null} onComplete={send} />
    </>
  )
}

function Foot({ isSending, error, onComplete }: { isSending: boolean; error: string | null; onComplete: () => void }) {
  const { t } = useTranslation('tasks')
  return (
    <div className={classes.foot}>
      <Button loading={isSending} size="sm" onClick={onComplete}>
        {t('action.complete')}
      </Button>
      <kbd className={classes.keys}>Ctrl/⌘ Enter</kbd>
      <span role="alert" className={classes.error}>
        {error}
      </span>
    </div>
  )
}
