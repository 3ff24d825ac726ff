/**
 * A draft being edited: what is unsaved, saving under the revision it began from, checking and deploying.
 *
 * Deploying saves first, so that what runs is what is seen. A save refused because somebody else saved meanwhile is a
 * `conflict`: the person chooses between the other's version and a copy of their own.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState, type RefObject } from 'react'

import { ApiError } from '@/shared/api/problem'

import { checkModel, createDraft, deployDraft, draftQuery, saveDraft } from '../api/drafts'
import type { ModelDraft } from '../api/types'
import type { DecisionHandle } from '../components/DmnEditor'
import type { EditorHandle } from '../components/BpmnEditor'

interface Texts {
  bpmnXml: string
  dmnXml: string | null
}

/** The two editors on the page; null until they are mounted. */
export interface DraftEditors {
  model: RefObject<EditorHandle | null>
  decisions: RefObject<DecisionHandle | null>
}

export function useDraft(draft: ModelDraft, { model, decisions }: DraftEditors) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState(draft.name)
  const [saved, setSaved] = useState({ revision: draft.revision, at: draft.updated_at, by: draft.updated_by })
  const [state, setState] = useState<'saved' | 'unsaved'>('saved')
  // Changes made while a save is under way must stay unsaved.
  const edits = useRef(0)

  function touch(): void {
    edits.current += 1
    setState('unsaved')
  }

  async function texts(): Promise<Texts> {
    const bpmnXml = (await model.current?.save()) ?? draft.bpmn_xml
    const dmnXml = (await decisions.current?.save()) ?? draft.dmn_xml
    return { bpmnXml, dmnXml }
  }

  async function store(): Promise<number> {
    const before = edits.current
    const { bpmnXml, dmnXml } = await texts()
    const answer = await saveDraft({ draftId: draft.draft_id, revision: saved.revision, name, bpmnXml, dmnXml })
    queryClient.setQueryData(draftQuery(draft.draft_id).queryKey, answer)
    setSaved({ revision: answer.revision, at: answer.updated_at, by: answer.updated_by })
    if (edits.current === before) setState('saved')
    void queryClient.invalidateQueries({ queryKey: ['drafts', 'list'] })
    return answer.revision
  }

  const save = useMutation({ mutationFn: store })
  const check = useMutation({
    mutationFn: async () => {
      const { bpmnXml, dmnXml } = await texts()
      return checkModel(bpmnXml, dmnXml)
    },
  })
  const deploy = useMutation({
    mutationFn: async () => deployDraft(draft.draft_id, state === 'unsaved' ? await store() : saved.revision),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['processes'] }),
  })
  const copy = useMutation({
    mutationFn: async () => {
      const { bpmnXml, dmnXml } = await texts()
      return createDraft({ name: `${name} (2)`, bpmnXml, dmnXml: dmnXml ?? undefined, basedOn: draft.based_on ?? undefined })
    },
    onSuccess: async (made) => {
      setState('saved')
      await navigate({ to: '/processes/drafts/$draftId', params: { draftId: made.draft_id }, ignoreBlocker: true })
    },
  })

  const failure = [save.error, deploy.error].find(isConflict) ?? null
  return {
    texts,
    name,
    setName: (next: string) => {
      setName(next)
      touch()
    },
    saved,
    state,
    touch,
    save,
    check,
    deploy,
    copy,
    conflict: failure,
  }
}

function isConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.problem.status === 409
}

export type DraftWork = ReturnType<typeof useDraft>
