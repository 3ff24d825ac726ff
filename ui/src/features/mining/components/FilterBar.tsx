/** The filter as chips, each taken away by itself; what it leaves is said in cases. */
import { Button, NumberInput, Popover, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Icon } from '@/shared/ui/Icon'

import { mapQuery, reviewQuery, type LogDetail } from '../api/logs'
import { chipsOf, withActivity, withoutChip, withoutFilter, type Chip, type LogSearch } from '../filters'
import { useFiltered, useGo, useLogSearch, zoneOf } from '../hooks/useLogView'
import classes from './FilterBar.module.css'
import { isNoCases } from './LogPage'

export function FilterBar({ log }: { log: LogDetail }) {
  const { t } = useTranslation('mining')
  const search = useLogSearch()
  const go = useGo()
  const chips = chipsOf(search)
  return (
    <div className={classes.bar} role="group" aria-label={t('filter.label')}>
      <AddFilter log={log} />
      {chips.map((chip) => (
        <ChipView key={JSON.stringify(chip)} chip={chip} onRemove={() => go((before) => withoutChip(before, chip))} />
      ))}
      {chips.length > 1 && (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => go(withoutFilter)}>
          {t('shared:action.clearFilters')}
        </Button>
      )}
      <Remaining log={log} hasFilter={chips.length > 0} />
    </div>
  )
}

function ChipView({ chip, onRemove }: { chip: Chip; onRemove: () => void }) {
  const { t } = useTranslation('mining')
  const text = chipText(chip, t)
  return (
    <span className={classes.chip}>
      <span title={text}>{text}</span>
      <button type="button" aria-label={t('filter.remove', { filter: text })} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  )
}

type Translate = ReturnType<typeof useTranslation<'mining'>>['t']

function chipText(chip: Chip, t: Translate): string {
  switch (chip.kind) {
    case 'from':
    case 'to':
    case 'case':
      return t(`filter.chip.${chip.kind}`, { value: chip.text })
    case 'top':
      return t('filter.chip.top', { count: chip.count })
    case 'variants':
      return t('filter.chip.variants', { count: chip.ids.length })
    case 'with':
    case 'without':
      return t(`filter.chip.${chip.kind}`, { value: chip.activity })
    case 'through':
      return t('filter.chip.through', { source: chip.step[0], target: chip.step[1] })
  }
}

/** "713 of 1,434 cases (50 %)" */
function Remaining({ log, hasFilter }: { log: LogDetail; hasFilter: boolean }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const filtered = useFiltered(log)
  const review = useQuery({
    ...reviewQuery(log.log_id, filtered.kind === 'ready' ? filtered.query : {}),
    enabled: hasFilter && filtered.kind === 'ready',
    retry: false,
  })
  const isNone = filtered.kind === 'nothing' || isNoCases(review.error)
  const cases = isNone ? 0 : review.data?.cases
  return (
    <span className={classes.remaining} role="status">
      {hasFilter &&
        cases !== undefined &&
        t('filter.remaining', {
          shown: formatNumber(cases, language),
          total: formatNumber(log.cases, language),
          share: formatShare(log.cases === 0 ? 0 : cases / log.cases, language, 1),
        })}
    </span>
  )
}

function AddFilter({ log }: { log: LogDetail }) {
  const { t } = useTranslation('mining')
  const [isOpen, { close, toggle }] = useDisclosure(false)
  return (
    <Popover opened={isOpen} onChange={(open) => !open && close()} position="bottom-start" width={340} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<Icon name="filter" size={14} />} onClick={toggle}>
          {t('filter.add')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>{isOpen && <FilterForm log={log} onDone={close} />}</Popover.Dropdown>
    </Popover>
  )
}

function FilterForm({ log, onDone }: { log: LogDetail; onDone: () => void }) {
  const { t } = useTranslation('mining')
  const search = useLogSearch()
  const go = useGo()
  const whole = useQuery(mapQuery(log.log_id, {}, { activity_share: 1, edge_share: 0 }))
  const [from, setFrom] = useState(search.from ?? '')
  const [to, setTo] = useState(search.to ?? '')
  const [top, setTop] = useState<number | string>(search.top ?? '')
  const [caseId, setCaseId] = useState(search.case ?? '')
  const [activity, setActivity] = useState<string | null>(null)
  const [sense, setSense] = useState<'with' | 'without'>('with')

  function apply(event: FormEvent): void {
    event.preventDefault()
    go((before) => {
      const next: LogSearch = {
        ...before,
        from: from === '' ? undefined : from,
        to: to === '' ? undefined : to,
        top: typeof top === 'number' ? top : undefined,
        case: caseId.trim() === '' ? undefined : caseId.trim(),
      }
      return activity === null ? next : withActivity(next, sense, activity)
    })
    onDone()
  }

  return (
    <form className={classes.form} onSubmit={apply}>
      <fieldset>
        <legend>{t('filter.period', { zone: zoneOf(log) })}</legend>
        <div className={classes.row}>
          <TextInput size="xs" type="date" label={t('filter.from')} value={from} max={to || undefined} onChange={(event) => setFrom(event.currentTarget.value)} />
          <TextInput size="xs" type="date" label={t('filter.to')} value={to} min={from || undefined} onChange={(event) => setTo(event.currentTarget.value)} />
        </div>
      </fieldset>
      <fieldset>
        <legend>{t('filter.activity')}</legend>
        <SegmentedControl
          size="xs"
          fullWidth
          value={sense}
          data={[
            { value: 'with', label: t('filter.with') },
            { value: 'without', label: t('filter.without') },
          ]}
          onChange={(value) => setSense(value === 'without' ? 'without' : 'with')}
        />
        <Select
          size="xs"
          mt={4}
          searchable
          clearable
          aria-label={t('filter.activity')}
          placeholder={t('filter.chooseActivity')}
          data={(whole.data?.nodes ?? []).map((node) => node.activity)}
          value={activity}
          comboboxProps={{ withinPortal: false }}
          onChange={setActivity}
        />
      </fieldset>
      <NumberInput size="xs" min={1} max={100_000} allowDecimal={false} label={t('filter.top')} value={top} onChange={setTop} />
      <TextInput size="xs" label={t('filter.case')} value={caseId} onChange={(event) => setCaseId(event.currentTarget.value)} />
      <Button type="submit">{t('filter.apply')}</Button>
    </form>
  )
}
