/**
 * What was recognised, to be confirmed: a role per column, the zone of times that have none, the reading of dates that
 * read two ways, and what happens with rows that are no events. Nothing of this is assumed silently.
 */
import { Button, Radio, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Problem } from '@/shared/api/problem'
import { formatBytes, formatShare } from '@/shared/format/number'
import { localZone } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Icon } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'
import { Problem as ProblemView } from '@/shared/ui/Problem'

import { importQuery, type ColumnMapping, type LogSniff } from '../api/logs'
import { lacksZone, missingParts, readWith, withRole } from '../mapping'
import { allZones, offsetText } from '../zones'
import { ColumnTable } from './ColumnTable'
import classes from './Import.module.css'

export interface ImportChoice {
  name: string
  mapping: ColumnMapping
  timezone: string | null
  date_format: string | null
  skip_bad_rows: boolean
}

/** What is known of the source: after an upload all of it, for a kept source only the names of its columns. */
export type MappingSource = Pick<LogSniff, 'columns' | 'confidence' | 'needs_timezone' | 'date_formats'> &
  Partial<Pick<LogSniff, 'file_name' | 'format' | 'encoding' | 'delimiter' | 'size_bytes'>>

interface MappingFormProps {
  source: MappingSource
  initial: ColumnMapping
  name: string
  timezone: string | null
  /** An import that may have failed for something that is asked for here. */
  failedImport: string | undefined
  submit: 'import' | 'newer' | 'columns'
  onSubmit: (choice: ImportChoice) => Promise<void>
  onBack: () => void
}

interface Demands {
  zone: boolean
  formats: string[]
}

/** What a refusal asks for. */
function demandsOf(problem: Problem | null | undefined): Demands {
  const code = problem?.code
  const formats = code === 'TL-2105' ? (problem?.parameters?.formats ?? '').split(' | ') : []
  return { zone: code === 'TL-2103' || code === 'TL-2104', formats }
}

/** Zone and date formats may be needed by other columns than the recognised ones: then the server's refusal says so. */
function useDemands(source: MappingSource, mapping: ColumnMapping, failedImport: string | undefined): Demands {
  const failed = useQuery({ ...importQuery(failedImport ?? ''), enabled: failedImport !== undefined })
  const [told, setTold] = useState<Demands>({ zone: false, formats: [] })
  const now = demandsOf(failed.data?.problem)
  // Kept when the person goes on to the next try, whose outcome is another.
  if ((now.zone && !told.zone) || (now.formats.length > 0 && told.formats.length === 0))
    setTold({ zone: told.zone || now.zone, formats: now.formats.length > 0 ? now.formats : told.formats })
  return { zone: source.needs_timezone || told.zone || lacksZone(samplesOf(source, mapping)), formats: source.date_formats.length > 1 ? source.date_formats : told.formats }
}

export function MappingForm(props: MappingFormProps) {
  const { source, initial, submit, onSubmit, onBack } = props
  const { t } = useTranslation('mining')
  const [mapping, setMapping] = useState(initial)
  const [name, setName] = useState(props.name)
  const [timezone, setTimezone] = useState(props.timezone)
  const [dateFormat, setDateFormat] = useState<string | null>(null)
  const [badRows, setBadRows] = useState<'refuse' | 'skip'>('refuse')
  const start = useMutation({ mutationFn: onSubmit })
  const demands = useDemands(source, mapping, props.failedImport)
  const missing = missingParts(mapping)
  const lacks: string[] = [
    ...missing.map((part) => t('mapping.lacksPart', { part: t(`role.${part}`) })),
    ...(demands.zone && timezone === null ? [t('mapping.lacksZone')] : []),
    ...(demands.formats.length > 1 && dateFormat === null ? [t('mapping.lacksFormat')] : []),
    ...(name.trim() === '' ? [t('mapping.lacksName')] : []),
  ]

  function go(): void {
    start.mutate({ name: name.trim(), mapping, timezone, date_format: dateFormat, skip_bad_rows: badRows === 'skip' })
  }

  return (
    <div className={classes.stack}>
      <FileFacts source={source} />
      <Panel title={t('mapping.columns')} padding="none">
        <ColumnTable
          columns={source.columns}
          confidence={source.confidence}
          recognised={initial}
          mapping={mapping}
          onRole={(column, role) => setMapping(withRole(mapping, column, role))}
        />
      </Panel>
      <Panel title={t('mapping.reading')}>
        <div className={classes.form}>
          {submit === 'import' && (
            <Field label={t('logs.name')}>
              <TextInput aria-label={t('logs.name')} value={name} maxLength={200} onChange={(event) => setName(event.currentTarget.value)} />
            </Field>
          )}
          <ZoneField value={timezone} isNeeded={demands.zone} onChange={setTimezone} />
          {demands.formats.length > 1 && (
            <FormatField formats={demands.formats} samples={samplesOf(source, mapping)} value={dateFormat} onChange={setDateFormat} />
          )}
          <Field label={t('mapping.badRows')}>
            <Radio.Group aria-label={t('mapping.badRows')} value={badRows} onChange={(value) => setBadRows(value === 'skip' ? 'skip' : 'refuse')}>
              <Radio value="refuse" label={t('mapping.refuse')} description={t('mapping.refuseText')} />
              <Radio mt={6} value="skip" label={t('mapping.skip')} description={t('mapping.skipText')} />
            </Radio.Group>
          </Field>
        </div>
      </Panel>
      {start.error !== null && <ProblemView error={start.error} />}
      <div className={classes.foot}>
        <Button variant="default" onClick={onBack}>
          {t(submit === 'columns' ? 'shared:action.cancel' : 'mapping.otherFile')}
        </Button>
        <Button size="sm" disabled={lacks.length > 0} loading={start.isPending} onClick={go}>
          {t(`mapping.submit.${submit}`)}
        </Button>
        <span role="status" className={classes.lacks}>
          {lacks.length > 0 && t('mapping.lacks', { what: lacks.join(t('listSeparator')) })}
        </span>
      </div>
    </div>
  )
}

function FileFacts({ source }: { source: MappingSource }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  if (source.file_name === undefined) return null
  const facts = [
    source.format?.toUpperCase(),
    source.size_bytes === undefined ? undefined : formatBytes(source.size_bytes, language),
    source.encoding?.toUpperCase(),
    typeof source.delimiter === 'string' ? t('mapping.delimiter', { sign: source.delimiter === '\t' ? 'Tab' : source.delimiter }) : undefined,
    t('mapping.columnCount', { count: source.columns.length }),
  ]
  return (
    <p className={classes.facts}>
      <Icon name="draft" size={14} /> <strong>{source.file_name}</strong> <span className="tl-muted">{facts.filter(Boolean).join(' · ')}</span>
    </p>
  )
}

function samplesOf(source: MappingSource, mapping: ColumnMapping): string[] {
  return source.columns.find(({ name }) => name === mapping.timestamp)?.samples ?? []
}

export function Field({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.field}>
      <div className={classes.label}>{label}</div>
      <div>{children}</div>
    </div>
  )
}

interface ZoneFieldProps {
  value: string | null
  isNeeded: boolean
  onChange: (zone: string | null) => void
}

function ZoneField({ value, isNeeded, onChange }: ZoneFieldProps) {
  const { t } = useTranslation('mining')
  const own = localZone()
  const [now] = useState(() => Date.now())
  const options = useMemo(() => allZones().map((zone) => ({ value: zone, label: `${zone} (${offsetText(zone, now)})` })), [now])
  return (
    <Field label={t('mapping.zone')}>
      <Select
        aria-label={t('mapping.zone')}
        data={options}
        value={value}
        searchable
        clearable
        limit={60}
        nothingFoundMessage={t('mapping.noZone')}
        placeholder={t(isNeeded ? 'mapping.zoneChoose' : 'mapping.zoneNone')}
        onChange={onChange}
      />
      <p className={classes.note}>{t(isNeeded ? 'mapping.zoneNeeded' : 'mapping.zoneOptional')}</p>
      {value === null && isNeeded && (
        <Button variant="light" size="compact-sm" onClick={() => onChange(own)}>
          {t('mapping.zoneOwn', { zone: own })}
        </Button>
      )}
    </Field>
  )
}

interface FormatFieldProps {
  formats: string[]
  samples: string[]
  value: string | null
  onChange: (format: string) => void
}

function FormatField({ formats, samples, value, onChange }: FormatFieldProps) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const [sample = ''] = samples
  return (
    <Field label={t('mapping.dates')}>
      <Radio.Group aria-label={t('mapping.dates')} value={value} onChange={onChange}>
        {formats.map((format) => {
          const meaning = readWith(sample, format, language)
          return <Radio key={format} mb={6} value={format} label={meaning === null ? format : t('mapping.dateMeans', { sample, meaning })} description={<code>{format}</code>} />
        })}
      </Radio.Group>
      <p className={classes.note}>{t('mapping.datesText')}</p>
    </Field>
  )
}

export function Confidence({ share }: { share: number }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (
    <span className={classes.confidence} data-look={share >= 0.8 ? 'sure' : 'unsure'}>
      <Icon name={share >= 0.8 ? 'check' : 'warning'} size={12} />
      {t('mapping.confidence', { share: formatShare(share, language) })}
    </span>
  )
}
