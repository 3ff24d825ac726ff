/** Which attribute, and what its value is held against: the tests that fit its type. */
import { NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { columnsQuery, type LogDetail } from '../api/logs'
import { attributeName } from '../chipText'
import type { AttributeTest } from '../filterKinds'
import type { Scalar, ValueTest } from '../filterSteps'
import { startOfDay, dayOf } from '../zones'
import { zoneOf } from '../hooks/useLogView'
import classes from './FilterBar.module.css'

type TestName = ValueTest['type']

const EMPTY: Record<TestName, ValueTest> = {
  one_of: { type: 'one_of', values: [] },
  contains: { type: 'contains', text: '' },
  number_range: { type: 'number_range' },
  instant_range: { type: 'instant_range' },
  missing: { type: 'missing' },
}

/** By the type that the log keeps the column in. */
function testsFor(type: string): TestName[] {
  if (/^(u?int|float|decimal)/i.test(type)) return ['number_range', 'one_of', 'missing']
  if (/^date/i.test(type)) return ['instant_range', 'missing']
  if (/^bool/i.test(type)) return ['one_of', 'missing']
  return ['one_of', 'contains', 'missing']
}

/** As the log's type has it: a text never equals a number. */
function scalarOf(text: string, type: string): Scalar {
  if (/^bool/i.test(type)) return text === 'true'
  return /^(u?int|float|decimal)/i.test(type) && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

interface AttributeFieldProps {
  log: LogDetail
  value: AttributeTest | undefined
  onChange: (value: AttributeTest) => void
}

export function AttributeField({ log, value, onChange }: AttributeFieldProps) {
  const { t } = useTranslation('mining')
  const type = log.attributes.find(({ name }) => name === value?.column)?.type ?? 'String'
  const tests = testsFor(type)
  if (log.attributes.length === 0) return <p className="tl-muted">{t('filter.noAttributes')}</p>
  return (
    <>
      <Select
        size="xs"
        label={t('filter.field.attribute')}
        required
        searchable
        data-autofocus
        data={log.attributes.map(({ name }) => ({ value: name, label: attributeName(name, t) }))}
        value={value?.column ?? null}
        onChange={(column) => {
          const next = log.attributes.find(({ name }) => name === column)
          const [first = 'one_of'] = testsFor(next?.type ?? 'String')
          if (next !== undefined) onChange({ column: next.name, test: EMPTY[first] })
        }}
      />
      {value !== undefined && (
        <>
          <Select
            size="xs"
            label={t('filter.field.test')}
            allowDeselect={false}
            data={tests.map((one) => ({ value: one, label: t(`filter.test.${one}`) }))}
            value={value.test.type}
            onChange={(chosen) => onChange({ ...value, test: EMPTY[tests.find((one) => one === chosen) ?? 'one_of'] })}
          />
          <TestFields log={log} column={value.column} type={type} test={value.test} onChange={(test) => onChange({ ...value, test })} />
        </>
      )}
    </>
  )
}

interface TestFieldsProps {
  log: LogDetail
  column: string
  type: string
  test: ValueTest
  onChange: (test: ValueTest) => void
}

function TestFields({ log, column, type, test, onChange }: TestFieldsProps) {
  const { t } = useTranslation('mining')
  const zone = zoneOf(log)
  const columns = useQuery({ ...columnsQuery(log.log_id), retry: false, enabled: test.type === 'one_of' })
  const bound = (value: number | string): number | undefined => (typeof value === 'number' ? value : undefined)
  const day = (instant: string | undefined): string => (instant === undefined ? '' : dayOf(instant, zone))
  switch (test.type) {
    case 'one_of':
      return (
        <TagsInput
          size="xs"
          label={t('filter.field.values')}
          placeholder={test.values.length === 0 ? t('filter.valuesHint') : undefined}
          acceptValueOnBlur
          splitChars={[',']}
          data={type === 'Boolean' ? ['true', 'false'] : samplesOf(log, column, columns.data?.columns ?? [])}
          value={test.values.map(String)}
          onChange={(values) => onChange({ type: 'one_of', values: values.map((each) => scalarOf(each, type)) })}
        />
      )
    case 'contains':
      return <TextInput size="xs" label={t('filter.field.text')} value={test.text} onChange={(event) => onChange({ type: 'contains', text: event.currentTarget.value })} />
    case 'number_range':
      return (
        <div className={classes.row}>
          <NumberInput size="xs" label={t('filter.field.at_least')} value={test.at_least ?? ''} onChange={(value) => onChange({ ...test, at_least: bound(value) })} />
          <NumberInput size="xs" label={t('filter.field.at_most')} value={test.at_most ?? ''} onChange={(value) => onChange({ ...test, at_most: bound(value) })} />
        </div>
      )
    case 'instant_range':
      return (
        <div className={classes.row}>
          {(['since', 'until'] as const).map((name) => (
            <TextInput
              key={name}
              size="xs"
              type="date"
              label={t(name === 'since' ? 'filter.field.since' : 'filter.field.before')}
              value={day(test[name])}
              onChange={(event) => onChange({ ...test, [name]: event.currentTarget.value === '' ? undefined : startOfDay(event.currentTarget.value, zone) })}
            />
          ))}
        </div>
      )
    case 'missing':
      return null
  }
}

/** Values seen in the source, to choose from; others can be typed. */
function samplesOf(log: LogDetail, column: string, columns: { name: string; samples: string[] }[]): string[] {
  const { mapping } = log
  const source = column === 'resource' || column === 'role' || column === 'lifecycle' ? mapping[column] : column.replace(/^(case|event)\./, '')
  return [...new Set(columns.find(({ name }) => name === source || name === `case:${source}`)?.samples ?? [])]
}
