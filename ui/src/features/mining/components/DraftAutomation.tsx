/** From the log to a model draft: asked once, made by the server, which tells how far it is, and told with what stands behind every choice. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { EvidenceNumber } from '@/shared/ui/EvidenceNumber'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import { makeDraft, type DraftReport, type LogDetail, type Work } from '../api/logs'
import classes from './Potential.module.css'
import { WorkProgress } from './WorkProgress'

export function DraftAutomation({ log, onClose }: { log: LogDetail; onClose: () => void }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const queryClient = useQueryClient()
  const [name, setName] = useState(log.name)
  const [work, setWork] = useState<Work>()
  const draft = useMutation({
    mutationFn: () => makeDraft(log.log_id, { name: name.trim(), language, onProgress: setWork }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['drafts'] }),
  })
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={!draft.isPending} title={t(draft.data === undefined ? 'draft.action' : 'draft.done')} size="xl">
      {draft.isPending && <WorkProgress work={work} />}
      {draft.data !== undefined && <Summary report={draft.data} onClose={onClose} />}
      {draft.isPending || draft.data !== undefined ? null : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() !== '') draft.mutate()
          }}
        >
          <p className={classes.dialogText}>{t('draft.text')}</p>
          <TextInput label={t('draft.name')} value={name} maxLength={200} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
          {draft.error !== null && <Problem error={draft.error} />}
          <Group justify="flex-end" mt="md">
            <Button variant="default" onClick={onClose}>
              {t('shared:action.cancel')}
            </Button>
            <Button type="submit" disabled={name.trim() === ''}>
              {t('draft.action')}
            </Button>
          </Group>
        </form>
      )}
    </Modal>
  )
}

function Summary({ report, onClose }: { report: DraftReport; onClose: () => void }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const share = (value: number): string => formatShare(value, language, 1)
  const left = Object.entries(report.left_out)
  return (
    <div className={classes.summary}>
      <div className={classes.numbers}>
        <EvidenceNumber size="large" label={t('draft.coverage')} value={report.coverage} format={share} how={t('draft.coverageHow')} />
        <EvidenceNumber size="large" label={t('model.fitness')} value={report.fitness} format={share} n={report.cases} />
        <EvidenceNumber size="large" label={t('model.precision')} value={report.precision} format={share} needs={t('model.precisionNeeds')} />
        <EvidenceNumber
          size="large"
          label={t('model.fitting')}
          value={report.cases === 0 ? null : report.fitting_cases / report.cases}
          format={share}
          n={report.cases}
        />
      </div>
      <Kinds report={report} />
      <Decisions report={report} />
      {left.length > 0 && (
        <details>
          <summary>{t('draft.leftOut', { count: left.length })}</summary>
          <ul>
            {left.map(([activity, events]) => (
              <li key={activity}>
                {activity} <span className="tl-muted">{t('facts.events', { count: events, number: formatNumber(events, language) })}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.close')}
        </Button>
        <Button renderRoot={(props) => <Link to="/processes/drafts/$draftId" params={{ draftId: report.draft_id }} {...props} />}>{t('draft.open')}</Button>
      </Group>
    </div>
  )
}

/** "8 service tasks · 5 user tasks": what the activities became. */
function Kinds({ report }: { report: DraftReport }) {
  const { t } = useTranslation('mining')
  const kindOf = new Map(report.elements.filter(({ kind }) => kind.endsWith('Task')).map(({ element_id, kind }) => [element_id, kind]))
  const counts = new Map<string, number>()
  for (const kind of kindOf.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return (
    <p className={classes.dialogText}>
      {[...counts].map(([kind, count]) => t('draft.kind', { count, kind: t(`shared:bpmn.${kind}`, { defaultValue: kind }) })).join(' · ')}
    </p>
  )
}

function Decisions({ report }: { report: DraftReport }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const share = (value: number | null): string => (value === null ? '–' : formatShare(value, language, 1))
  if (report.decisions.length === 0) return <p className="tl-muted">{t('draft.noDecisions')}</p>
  return (
    <div className={classes.scroll}>
      <table className={classes.contributions}>
        <caption>{t('draft.decisions')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('draft.gateway')}</th>
            <th scope="col" data-align="end">
              {t('draft.accuracy')}
            </th>
            <th scope="col" data-align="end">
              {t('draft.majority')}
            </th>
            <th scope="col" data-align="end">
              n
            </th>
            <th scope="col">{t('draft.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {report.decisions.map((decision) => (
            <tr key={decision.gateway}>
              <th scope="row">
                <code>{decision.gateway}</code>
              </th>
              <td data-align="end">{share(decision.accuracy)}</td>
              <td data-align="end">{share(decision.majority)}</td>
              <td data-align="end">{formatNumber(decision.n, language)}</td>
              <td>
                <Icon name={decision.accepted ? 'check' : 'user'} size={13} /> {t(`draft.verdict.${decision.reason}`, { defaultValue: decision.reason })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
