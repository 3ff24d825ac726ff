/** The filter as chips, each changed or taken away by itself; what it leaves is said in cases. */
import { Button, Menu, Modal } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import { reachQuery, type FilterReach, type LogDetail } from '../api/logs'
import { useChipText } from '../chipText'
import { withFilter, withoutFilter } from '../filters'
import { draftOfStep, emptyDraft, GROUPS, KIND_NAMES, specOf, type Draft, type Kind } from '../filterKinds'
import { replaceStep, type FilterStep } from '../filterSteps'
import { useGo, useLogQuery, useLogSearch, zoneOf } from '../hooks/useLogView'
import classes from './FilterBar.module.css'
import { FilterForm } from './FilterForm'

/** What is being put together; place: of the chip that is changed, null for a new one. */
interface Editing {
  draft: Draft
  place: number | null
}

export function FilterBar({ log }: { log: LogDetail }) {
  const { t } = useTranslation('mining')
  const { filter: steps = [] } = useLogSearch()
  const go = useGo()
  const query = useLogQuery()
  const reach = useQuery({ ...reachQuery(log.log_id, query), enabled: steps.length > 0, retry: false, placeholderData: keepPreviousData })
  const [editing, setEditing] = useState<Editing | null>(null)
  const zone = zoneOf(log)
  const measured = steps.length > 0 && reach.data?.length === steps.length ? reach.data : null

  function keep(step: FilterStep): void {
    const place = editing?.place ?? null
    go((before) => (place === null ? withFilter(before, step) : { ...before, filter: replaceStep(before.filter, place, step) }))
    setEditing(null)
  }

  return (
    <div className={classes.bar} role="group" aria-label={t('filter.label')}>
      <KindMenu onChoose={(kind) => setEditing({ draft: emptyDraft(kind), place: null })} />
      {steps.map((step, place) => (
        <Chip
          key={`${place} ${JSON.stringify(step)}`}
          step={step}
          zone={zone}
          reach={measured?.[place]}
          onEdit={(draft) => setEditing({ draft, place })}
          onRemove={() => go((before) => ({ ...before, filter: replaceStep(before.filter, place, null) }))}
        />
      ))}
      {steps.length > 1 && (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => go(withoutFilter)}>
          {t('shared:action.clearFilters')}
        </Button>
      )}
      <Remaining log={log} reach={measured?.at(-1)} />
      {reach.error !== null && <Problem error={reach.error} />}
      {editing !== null && (
        <Modal opened onClose={() => setEditing(null)} title={t(`filter.kind.${editing.draft.kind}`)} size="md">
          <FilterForm log={log} initial={editing.draft} isNew={editing.place === null} onDone={keep} />
        </Modal>
      )}
    </div>
  )
}

function KindMenu({ onChoose }: { onChoose: (kind: Kind) => void }) {
  const { t } = useTranslation('mining')
  return (
    <Menu position="bottom-start" width={280} returnFocus={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="filter" size={14} />} rightSection={<Icon name="chevronDown" size={12} />}>
          {t('filter.add')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        {GROUPS.map((group) => (
          <div key={group} role="group" aria-label={t(`filter.group.${group}`)}>
            <Menu.Label>{t(`filter.group.${group}`)}</Menu.Label>
            {KIND_NAMES.filter((kind) => specOf(kind).group === group).map((kind) => (
              <Menu.Item key={kind} onClick={() => onChoose(kind)}>
                {t(`filter.kind.${kind}`)}
              </Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

interface ChipProps {
  step: FilterStep
  zone: string
  reach: FilterReach | undefined
  onEdit: (draft: Draft) => void
  onRemove: () => void
}

function Chip({ step, zone, reach, onEdit, onRemove }: ChipProps) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const text = useChipText(zone)(step)
  const draft = draftOfStep(step, zone)
  const leaves =
    reach === undefined
      ? text
      : `${text} · ${t('filter.leaves', { shown: formatNumber(reach.cases, language), total: formatNumber(reach.cases_before, language) })}`
  return (
    <span className={classes.chip} title={leaves}>
      {draft === null ? (
        <span>{text}</span>
      ) : (
        <button type="button" className={classes.edit} aria-label={t('filter.change', { filter: text })} onClick={() => onEdit(draft)}>
          {text}
        </button>
      )}
      <button type="button" className={classes.remove} aria-label={t('filter.remove', { filter: text })} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  )
}

/** "713 of 1,434 cases (50 %)" */
function Remaining({ log, reach }: { log: LogDetail; reach: FilterReach | undefined }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (
    <span className={classes.remaining} role="status">
      {reach !== undefined &&
        t('filter.remaining', {
          shown: formatNumber(reach.cases, language),
          total: formatNumber(log.cases, language),
          share: formatShare(log.cases === 0 ? 0 : reach.cases / log.cases, language, 1),
        })}
    </span>
  )
}
