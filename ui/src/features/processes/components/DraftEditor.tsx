/** The editor's page: name and state, save, check and deploy, the two editors, what the check found. */
import { Button, Menu, SegmentedControl, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useBlocker, useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'

import type { Way } from '@/shared/bpmn/way'
import { useShortcuts } from '@/shared/keys/shortcuts'
import { useCan } from '@/shared/session/session'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { FindingList, Problem } from '@/shared/ui/Problem'
import { RelativeTime } from '@/shared/ui/RelativeTime'

import type { ModelDraft } from '../api/types'
import { EMPTY_DMN } from '../editor/emptyModels'
import { useDraft, type DraftWork } from '../hooks/useDraft'
import type { DraftSearch, EditorTab } from '../routes'
import { warnOfFindings } from '../warnings'
import { BpmnEditor, type EditorHandle } from './BpmnEditor'
import { ConflictDialog, LeaveDialog } from './DraftDialogs'
import { DmnEditor, type DecisionHandle } from './DmnEditor'
import classes from './editor.module.css'
import { ElementNote } from './ElementNote'

export function DraftEditor({ draft }: { draft: ModelDraft }) {
  const { t } = useTranslation('processes')
  const model = useRef<EditorHandle>(null)
  const decisions = useRef<DecisionHandle>(null)
  const work = useDraft(draft, { model, decisions })
  const { tab = 'bpmn', element } = useSearch({ from: '/shell/processes/drafts/$draftId' })
  const navigate = useNavigate({ from: '/processes/drafts/$draftId' })
  const [dmn, setDmn] = useState(draft.dmn_xml)
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => work.state === 'unsaved' && current.pathname !== next.pathname,
    enableBeforeUnload: () => work.state === 'unsaved',
    withResolver: true,
  })

  function go(change: DraftSearch): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }

  function showWay(way: Way): void {
    go({ tab: 'bpmn' })
    model.current?.showWay(way)
  }

  function show(elementId: string): void {
    if (dmn?.includes(`id="${elementId}"`) === true) {
      go({ tab: 'dmn', panel: 'tests' })
      return
    }
    go({ tab: 'bpmn', element: elementId })
    model.current?.select(elementId)
  }

  return (
    <Page title={t('draft.title')} layout="full" facts={<State work={work} />} actions={<Actions work={work} />}>
      <div className={classes.editor}>
        <Bar work={work} tab={tab} onTab={(next) => go({ tab: next })} />
        <Outcome work={work} onElement={show} onWay={showWay} />
        <div className={classes.work}>
          <div className={classes.part} data-shown={tab === 'bpmn' ? 'yes' : 'no'}>
            <BpmnEditor
              ref={model}
              xml={draft.bpmn_xml}
              selected={element ?? null}
              onChanged={work.touch}
              onSelected={(id) => go({ element: id ?? undefined })}
              note={<ElementNote notes={draft.notes} elementId={element ?? null} />}
            />
          </div>
          {/* Mounted when first seen: the editor measures its table, which it cannot do while hidden. */}
          {tab === 'dmn' && dmn === null && (
            <Empty
              icon="table"
              title={t('editor.noDecisions')}
              action={
                <Button
                  onClick={() => {
                    setDmn(EMPTY_DMN)
                    work.touch()
                  }}
                >
                  {t('editor.addDecisions')}
                </Button>
              }
            />
          )}
          {dmn !== null && <DecisionPart editor={decisions} xml={dmn} tab={tab} onChanged={work.touch} />}
        </div>
      </div>
      {blocker.status === 'blocked' && <LeaveDialog work={work} onStay={blocker.reset} onLeave={blocker.proceed} />}
      {work.conflict !== null && <ConflictDialog work={work} problem={work.conflict.problem} />}
    </Page>
  )
}

interface DecisionPartProps {
  editor: RefObject<DecisionHandle | null>
  xml: string
  tab: EditorTab
  onChanged: () => void
}

function DecisionPart({ editor, xml, tab, onChanged }: DecisionPartProps) {
  const [isSeen, setSeen] = useState(false)
  if (tab === 'dmn' && !isSeen) setSeen(true)
  if (!isSeen) return null
  return (
    <div className={classes.part} data-shown={tab === 'dmn' ? 'yes' : 'no'}>
      <DmnEditor ref={editor} xml={xml} onChanged={onChanged} />
    </div>
  )
}

function State({ work }: { work: DraftWork }) {
  const { t } = useTranslation('processes')
  if (work.state === 'unsaved')
    return (
      <span role="status">
        <Icon name="edit" size={13} /> {t('draft.unsaved')}
      </span>
    )
  return (
    <span role="status">
      {t('draft.savedAt', { revision: work.saved.revision })} <RelativeTime iso={work.saved.at} />
    </span>
  )
}

function Actions({ work }: { work: DraftWork }) {
  const { t } = useTranslation('processes')
  const can = useCan()
  const navigate = useNavigate()
  useShortcuts([{ keys: 'mod+s', label: t('shared:action.save'), run: () => work.save.mutate() }])

  function deploy(): void {
    work.deploy.mutate(undefined, {
      onSuccess: ({ processes, findings }) => {
        warnOfFindings(findings, t('deployedWithWarnings'))
        const [first] = processes
        if (first === undefined) return
        notifications.show({ message: t('deployed', { names: `${first.name || first.process_id} v${first.version}` }) })
        void navigate({ to: '/processes/$processId', params: { processId: first.process_id }, search: { tab: 'diagram' }, ignoreBlocker: true })
      },
    })
  }

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<Icon name="download" size={14} />}>
            {t('action.download')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void download(work, 'bpmn')}>BPMN</Menu.Item>
          <Menu.Item onClick={() => void download(work, 'dmn')}>DMN</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" loading={work.check.isPending} onClick={() => work.check.mutate()}>
        {t('action.check')}
      </Button>
      <Button variant="default" loading={work.save.isPending} disabled={work.state === 'saved'} onClick={() => work.save.mutate()}>
        {t('shared:action.save')}
      </Button>
      {can('process.deploy') && (
        <Button loading={work.deploy.isPending} leftSection={<Icon name="running" size={14} />} onClick={deploy}>
          {t('action.deploy')}
        </Button>
      )}
    </>
  )
}

async function download(work: DraftWork, kind: 'bpmn' | 'dmn'): Promise<void> {
  const { bpmnXml, dmnXml } = await work.texts()
  const text = kind === 'bpmn' ? bpmnXml : dmnXml
  if (text === null) return
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/xml' }))
  link.download = `${work.name}.${kind}`
  link.click()
  URL.revokeObjectURL(link.href)
}

function Bar({ work, tab, onTab }: { work: DraftWork; tab: EditorTab; onTab: (tab: EditorTab) => void }) {
  const { t } = useTranslation('processes')
  return (
    <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
      <TextInput
        size="xs"
        aria-label={t('column.draft')}
        value={work.name}
        maxLength={200}
        onChange={(event) => work.setName(event.currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('editor.part')}
        data={[
          { value: 'bpmn', label: t('editor.process') },
          { value: 'dmn', label: t('editor.decisions') },
        ]}
        value={tab}
        onChange={(value) => onTab(value)}
      />
    </div>
  )
}

interface OutcomeProps {
  work: DraftWork
  onElement: (elementId: string) => void
  onWay: (way: Way) => void
}

/** What the last check, save or deployment said. */
function Outcome({ work, onElement, onWay }: OutcomeProps) {
  const { t } = useTranslation('processes')
  const error = work.deploy.error ?? work.save.error ?? work.check.error
  if (error !== null && work.conflict === null)
    return (
      <div className={classes.findings}>
        <Problem error={error} onElement={onElement} onWay={onWay} />
      </div>
    )
  if (work.check.data === undefined) return null
  if (work.check.data.length === 0)
    return (
      <p role="status">
        <Icon name="done" size={14} /> {t('editor.noFindings')}
      </p>
    )
  return (
    <div className={classes.findings} role="status">
      <FindingList findings={work.check.data} onElement={onElement} onWay={onWay} />
    </div>
  )
}
