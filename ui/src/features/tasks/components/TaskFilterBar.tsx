/** What narrows the list, folded away behind a button that says how much is narrowed. */
import { Button, Popover, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { useCan } from '@/shared/session/session'
import { Icon } from '@/shared/ui/Icon'

import { countOf, DUES, FOLLOW_UPS, ORDERS, PRIORITIES, type TaskFilters } from '../filters'
import classes from './TaskFilterBar.module.css'

interface TaskFilterBarProps {
  filters: TaskFilters
  isAll: boolean
  onChange: (change: TaskFilters) => void
}

export function TaskFilterBar({ filters, isAll, onChange }: TaskFilterBarProps) {
  const { t } = useTranslation('tasks')
  const count = countOf(filters)
  return (
    <Popover position="bottom-end" width={280} trapFocus shadow="sm">
      <Popover.Target>
        <Button size="xs" variant={count > 0 ? 'light' : 'default'} leftSection={<Icon name="filter" size={14} />}>
          {count > 0 ? t('filter.some', { count }) : t('filter.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('filter.title')}>
        <div className={classes.fields}>
          <Processes value={filters.process} onChange={(process) => onChange({ process })} />
          <Choice name="due" choices={DUES} value={filters.due} onChange={(due) => onChange({ due })} />
          <Choice name="followUp" choices={FOLLOW_UPS} value={filters.followUp} onChange={(followUp) => onChange({ followUp })} />
          <Choice name="priority" choices={PRIORITIES} value={filters.priority} onChange={(priority) => onChange({ priority })} />
          <Choice name="order" choices={ORDERS} value={filters.order} onChange={(order) => onChange({ order })} />
          {isAll && <Text name="group" value={filters.group} onChange={(group) => onChange({ group })} />}
          {isAll && <Text name="assignee" value={filters.assignee} onChange={(assignee) => onChange({ assignee })} />}
          {count > 0 && (
            <Button variant="subtle" onClick={() => onChange({ process: undefined, due: undefined, followUp: undefined, priority: undefined, order: undefined, group: undefined, assignee: undefined })}>
              {t('shared:action.clearFilters')}
            </Button>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

function Processes({ value, onChange }: { value: string | undefined; onChange: (process: string | undefined) => void }) {
  const { t } = useTranslation('tasks')
  const can = useCan()
  const processes = useQuery({ queryKey: ['processes', 'list'], queryFn: () => unwrap(api.GET('/api/v1/processes')), enabled: can('process.view') })
  if (!can('process.view')) return null
  const options = (processes.data?.items ?? []).map(({ latest }) => ({ value: latest.process_id, label: latest.name || latest.process_id }))
  return (
    <Select
      label={t('fact.process')}
      placeholder={t('filter.any')}
      comboboxProps={{ withinPortal: false }}
      searchable
      openOnFocus={false}
      clearable
      data={options}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
    />
  )
}

interface ChoiceProps<Name extends string> {
  name: 'due' | 'followUp' | 'priority' | 'order'
  choices: readonly Name[]
  value: Name | undefined
  onChange: (value: Name | undefined) => void
}

function Choice<Name extends string>({ name, choices, value, onChange }: ChoiceProps<Name>) {
  const { t } = useTranslation('tasks')
  return (
    <Select
      label={t(`filter.${name}.label`)}
      placeholder={t(`filter.${name}.none`)}
      comboboxProps={{ withinPortal: false }}
      clearable
      data={choices.map((each) => ({ value: each as string, label: t(`filter.${name}.${each as string}`) }))}
      value={value ?? null}
      onChange={(chosen) => onChange(choices.find((each) => each === chosen))}
    />
  )
}

function Text({ name, value, onChange }: { name: 'group' | 'assignee'; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const { t } = useTranslation('tasks')
  const later = useDebouncedCallback((text: string) => onChange(text.trim() === '' ? undefined : text.trim()), 300)
  return <TextInput label={t(`filter.${name}`)} defaultValue={value} maxLength={200} onChange={(event) => later(event.currentTarget.value)} />
}
