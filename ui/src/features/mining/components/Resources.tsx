/** Who works in the log: human, system, or not to be told, each with the evidence that decided. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/shared/format/number'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Empty } from '@/shared/ui/Empty'
import { Icon, type IconName } from '@/shared/ui/Icon'
import { Panel } from '@/shared/ui/Panel'

import type { Review } from '../api/logs'
import { attributeCondition } from '../filterKinds'
import { casesThat } from '../filterSteps'
import { useAddFilter } from '../hooks/useLogView'
import { FilterButton } from './FilterButton'
import classes from './Review.module.css'

type Resource = Review['resources'][number]
const KINDS = ['human', 'system', 'unclear'] as const
const SIGN: Record<Resource['kind'], IconName> = { human: 'user', system: 'system', unclear: 'info' }
const SHOWN = 12

export function Resources({ resources }: { resources: Resource[] }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const add = useAddFilter()
  const [kind, setKind] = useState<'all' | Resource['kind']>('all')
  const [isWhole, setWhole] = useState(false)
  const count = (one: Resource['kind']): number => resources.filter((row) => row.kind === one).length
  const rows = kind === 'all' ? resources : resources.filter((row) => row.kind === kind)
  return (
    <Panel title={t('resources.title')}>
      {resources.length === 0 ? (
        <Empty icon="user" title={t('resources.none')} text={t('resources.noneText')} />
      ) : (
        <>
          <div className={classes.scroll}>
            <SegmentedControl
              size="xs"
              aria-label={t('resources.kind')}
              value={kind}
              onChange={(value) => setKind(value as typeof kind)}
              data={[
                { value: 'all', label: `${t('resources.all')} ${resources.length}` },
                ...KINDS.map((one) => ({ value: one, label: `${t(`resources.is.${one}`)} ${count(one)}` })),
              ]}
            />
          </div>
          <table className={classes.table} aria-label={t('resources.title')}>
            <thead>
              <tr>
                <th scope="col">{t('resources.name')}</th>
                <th scope="col">{t('resources.kind')}</th>
                <th scope="col">{t('resources.why')}</th>
                <th scope="col">{t('count.events')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, isWhole ? rows.length : SHOWN).map((row) => (
                <tr key={row.resource}>
                  <th scope="row">
                    {row.resource}
                    <FilterButton label={t('filter.byThis', { name: row.resource })} onClick={() => add(casesThat(attributeCondition({ column: 'resource', test: { type: 'one_of', values: [row.resource] } })))} />
                  </th>
                  <td>
                    <span className={classes.kind} data-kind={row.kind}>
                      <Icon name={SIGN[row.kind]} size={13} />
                      {t(`resources.is.${row.kind}`)}
                    </span>
                  </td>
                  <td className={classes.why}>
                    {row.why.length === 0
                      ? t('resources.tooFew')
                      : row.why.map((sign) => t(`resources.sign.${sign}`, { defaultValue: sign })).join(t('listSeparator'))}
                  </td>
                  <td>{formatNumber(row.events, language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > SHOWN && (
            <button type="button" className={classes.more} aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
              {isWhole ? t('fewer') : t('more', { count: rows.length - SHOWN })}
            </button>
          )}
          <p className={classes.quiet}>{t('resources.how')}</p>
        </>
      )}
    </Panel>
  )
}
