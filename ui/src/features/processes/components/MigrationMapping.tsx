/** What becomes of each element: proposed by id and name, to be chosen otherwise; those worth a look stand first. */
import { Button, Checkbox, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useServerText } from '@/shared/i18n/serverTexts'
import { DataTable, type DataColumn } from '@/shared/ui/DataTable'
import { Icon } from '@/shared/ui/Icon'

import type { ElementMatch, Migration, MigrationPlan } from '../api/migration'
import { choicesFor, isWorthALook, withChoice, type ModelElement } from '../migration'
import type { MigrationSearch } from '../routes'
import classes from './Migration.module.css'

interface MigrationMappingProps {
  migration: Migration
  /** As it would be without any choice. */
  proposals: MigrationPlan
  plan: MigrationPlan
  /** Of the target. */
  elements: ModelElement[]
  search: MigrationSearch
  onChange: (change: MigrationSearch) => void
}

/** The value of the choice that gives an element no place. */
const NOWHERE = ''

export function MigrationMapping({ migration, proposals, plan, elements, search, onChange }: MigrationMappingProps) {
  const { t } = useTranslation('processes')
  const say = useServerText()
  const names = new Map(elements.map(({ id, name }) => [id, name === '' ? id : name]))
  const worth = plan.matches.filter((match) => isWorthALook(match, plan.changed) || match.source in migration.mapping)
  const rows = search.all === true || worth.length === 0 ? plan.matches : worth

  function choose(source: string, target: string | null): void {
    const mapping = withChoice(migration.mapping, proposals.matches, source, target === NOWHERE ? null : target)
    onChange({ mapping: Object.keys(mapping).length === 0 ? undefined : mapping })
  }

  function renew(target: string, isRenewed: boolean): void {
    const others = migration.renewed.filter((each) => each !== target)
    onChange({ renewed: isRenewed ? [...others, target] : others.length === 0 ? undefined : others })
  }

  /** The choice of a person, also one that the server refuses. */
  const targetOf = (match: ElementMatch): string | null => (match.source in migration.mapping ? (migration.mapping[match.source] ?? null) : match.target)
  const columns: DataColumn<ElementMatch>[] = [
    { id: 'source', header: t('migration.element'), cell: (row) => <Element match={row} isChanged={plan.changed.includes(row.source)} /> },
    {
      id: 'target',
      header: t('migration.becomes'),
      width: '38%',
      cell: (row) => (
        <Select
          size="xs"
          aria-label={t('migration.becomesOf', { element: row.name === '' ? row.source : row.name })}
          data={[{ value: NOWHERE, label: t('migration.nowhere') }, ...choicesFor(row, elements, targetOf(row)).map(({ id }) => ({ value: id, label: names.get(id) ?? id }))]}
          value={targetOf(row) ?? NOWHERE}
          allowDeselect={false}
          searchable
          onChange={(value) => choose(row.source, value)}
        />
      ),
    },
    { id: 'how', header: t('migration.how'), hideBelow: 'phone', cell: (row) => (row.how === null ? say(row.reason) : t(`migration.by.${row.how}`)) },
    {
      id: 'renewed',
      header: t('migration.renew'),
      hideBelow: 'tablet',
      cell: (row) =>
        row.target !== null && (
          <Checkbox
            aria-label={t('migration.renewOf', { element: names.get(row.target) ?? row.target })}
            checked={migration.renewed.includes(row.target)}
            onChange={(event) => renew(row.target ?? '', event.currentTarget.checked)}
          />
        ),
    },
  ]
  const unseen = plan.matches.length - worth.length
  return (
    <div className={classes.stack}>
      <p className="tl-muted">{worth.length === 0 ? t('migration.allSame') : t('migration.mappingText')}</p>
      <DataTable
        label={t('migration.mapping')}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.source}
        selectedKey={search.element}
        onSelect={(row) => onChange({ element: row.source, dry: search.dry, verdict: search.verdict })}
      />
      {worth.length > 0 && unseen > 0 && (
        <div>
          <Button variant="subtle" size="compact-sm" onClick={() => onChange({ all: search.all === true ? undefined : true, dry: search.dry, verdict: search.verdict })}>
            {search.all === true ? t('migration.hideSame') : t('migration.showSame', { count: unseen })}
          </Button>
        </div>
      )}
    </div>
  )
}

function Element({ match, isChanged }: { match: ElementMatch; isChanged: boolean }) {
  const { t } = useTranslation('processes')
  const kind = match.element_type.charAt(0).toUpperCase() + match.element_type.slice(1)
  return (
    <span className={classes.element}>
      <span>{match.name === '' ? match.source : match.name}</span>
      <span className="tl-muted">{t(`shared:bpmn.${kind}`, { defaultValue: match.element_type })}</span>
      {match.target === null && (
        <span className={classes.legend} data-difference="gone">
          <Icon name="warning" size={12} /> {t('shared:difference.gone')}
        </span>
      )}
      {isChanged && (
        <span className={classes.legend} data-difference="changed">
          {t('shared:difference.changed')}
        </span>
      )}
    </span>
  )
}
