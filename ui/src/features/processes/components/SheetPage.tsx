/** A decision from a spreadsheet: the file, what was understood of it, and the draft that becomes of it. */
import { Button, Checkbox, FileButton, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Async } from '@/shared/ui/Async'
import { Empty } from '@/shared/ui/Empty'
import { Icon } from '@/shared/ui/Icon'
import { Page } from '@/shared/ui/Page'
import { FindingList, Problem } from '@/shared/ui/Problem'

import { base64Of, sheetPreviewQuery, type SheetPreview, type SheetRequest } from '../api/decisionTables'
import { createDraft } from '../api/drafts'
import { ColumnChoices, Interpretations, RulePreview } from './SheetParts'
import classes from './SheetPage.module.css'

const QUIET_MS = 300
const POLICIES = ['UNIQUE', 'ANY', 'PRIORITY', 'FIRST', 'RULE ORDER', 'OUTPUT ORDER', 'COLLECT', 'C+', 'C<', 'C>', 'C#']
const ENCODINGS = ['utf-8', 'utf-16', 'gb18030', 'big5', 'cp1252', 'iso-8859-1', 'shift_jis']

export function SheetPage() {
  const { t } = useTranslation('processes')
  const [request, setRequest] = useState<SheetRequest | null>(null)
  const read = useMutation({
    mutationFn: async (file: File): Promise<SheetRequest> => ({ file_name: file.name, content: await base64Of(file), decimal_comma: false, columns: {} }),
    onSuccess: setRequest,
  })
  const choose = (label: string) => (
    <FileButton accept=".csv,.tsv,.txt,.xlsx" onChange={(file) => file !== null && read.mutate(file)}>
      {(props) => (
        <Button {...props} variant="default" loading={read.isPending} leftSection={<Icon name="upload" size={14} />}>
          {label}
        </Button>
      )}
    </FileButton>
  )
  return (
    <Page title={t('sheet.title')} actions={request !== null && choose(t('sheet.other'))}>
      {read.error !== null && <Problem error={read.error} />}
      {request === null ? (
        <Empty icon="table" title={t('sheet.choose')} text={t('sheet.chooseText')} action={choose(t('sheet.choose'))} />
      ) : (
        <Understood key={`${request.file_name} ${request.content.length}`} request={request} onChange={setRequest} />
      )}
    </Page>
  )
}

interface UnderstoodProps {
  request: SheetRequest
  onChange: (request: SheetRequest) => void
}

function Understood({ request, onChange }: UnderstoodProps) {
  const [asked] = useDebouncedValue(request, QUIET_MS)
  const preview = useQuery(sheetPreviewQuery(asked))
  return (
    <>
      <Options request={request} onChange={onChange} preview={preview.data} />
      {preview.error !== null && preview.data !== undefined && <Problem error={preview.error} />}
      <Async query={preview} rows={6}>
        {(shown) => (
          <div className={classes.parts} aria-busy={preview.isFetching}>
            {shown.findings.length > 0 && <FindingList findings={shown.findings} />}
            <ColumnChoices
              preview={shown}
              choices={request.columns ?? {}}
              onChoose={(letter, choice) => onChange({ ...request, columns: { ...request.columns, [letter]: choice } })}
            />
            <Create preview={shown} />
            <Interpretations preview={shown} />
            <RulePreview preview={shown} />
          </div>
        )}
      </Async>
    </>
  )
}

function Options({ request, onChange, preview }: UnderstoodProps & { preview: SheetPreview | undefined }) {
  const { t } = useTranslation('processes')
  const set = (change: Partial<SheetRequest>) => onChange({ ...request, ...change })
  const isText = !request.file_name.toLowerCase().endsWith('.xlsx')
  return (
    <div className={classes.options}>
      <TextInput
        size="xs"
        label={t('sheet.name')}
        value={request.name ?? preview?.name ?? ''}
        maxLength={200}
        onChange={(event) => set({ name: event.currentTarget.value || null })}
      />
      {preview !== undefined && preview.sheets.length > 1 && (
        <SheetChoice preview={preview} onSheet={(sheet) => set({ sheet, columns: {} })} />
      )}
      <Select
        size="xs"
        label={t('sheet.hitPolicy')}
        data={POLICIES}
        value={request.hit_policy ?? preview?.hit_policy ?? null}
        onChange={(policy) => set({ hit_policy: policy })}
      />
      {isText && <TextOptions request={request} onChange={onChange} />}
      <Checkbox
        size="xs"
        label={t('sheet.decimalComma')}
        checked={request.decimal_comma}
        onChange={(event) => set({ decimal_comma: event.currentTarget.checked })}
      />
    </div>
  )
}

function SheetChoice({ preview, onSheet }: { preview: SheetPreview; onSheet: (sheet: string | null) => void }) {
  const { t } = useTranslation('processes')
  return <Select size="xs" label={t('sheet.sheet')} data={preview.sheets} value={preview.sheet} allowDeselect={false} onChange={onSheet} />
}

function TextOptions({ request, onChange }: UnderstoodProps) {
  const { t } = useTranslation('processes')
  return (
    <>
      <Select
        size="xs"
        label={t('sheet.delimiter')}
        placeholder={t('sheet.delimiterAuto')}
        clearable
        data={[',', ';', '|', { value: '\t', label: t('sheet.delimiterTab') }]}
        value={request.delimiter ?? null}
        onChange={(delimiter) => onChange({ ...request, delimiter: delimiter as SheetRequest['delimiter'] })}
      />
      <Select
        size="xs"
        label={t('sheet.encoding')}
        placeholder="utf-8"
        clearable
        data={ENCODINGS}
        value={request.encoding ?? null}
        onChange={(encoding) => onChange({ ...request, encoding })}
      />
    </>
  )
}

function Create({ preview }: { preview: SheetPreview }) {
  const { t } = useTranslation('processes')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const create = useMutation({
    mutationFn: () => createDraft({ name: preview.name, dmnXml: preview.dmn_xml ?? undefined }),
    onSuccess: async (draft) => {
      await queryClient.invalidateQueries({ queryKey: ['drafts', 'list'] })
      await navigate({ to: '/processes/drafts/$draftId', params: { draftId: draft.draft_id }, search: { tab: 'dmn', panel: 'check' } })
    },
  })
  return (
    <div className={classes.create}>
      {create.error !== null && <Problem error={create.error} />}
      <Button disabled={preview.dmn_xml === null} loading={create.isPending} leftSection={<Icon name="plus" size={14} />} onClick={() => create.mutate()}>
        {t('sheet.create')}
      </Button>
      {preview.dmn_xml === null && <span className="tl-muted">{t('sheet.blocked')}</span>}
    </div>
  )
}
