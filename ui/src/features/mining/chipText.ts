/** A step of the filter in words, as its chip says it. */
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import { formatNumber, formatShare } from '@/shared/format/number'
import { formatAbsolute, formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'

import { draftOfStep, type AttributeTest, type Draft, type Kind } from './filterKinds'
import type { FilterStep, ValueTest } from './filterSteps'
import { startOfDay } from './zones'

export interface ChipContext {
  t: TFunction<'mining'>
  language: string
  zone: string
}

const NAMED = 2

export function useChipText(zone: string): (step: FilterStep) => string {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  return (step) => chipText(step, { t, language, zone })
}

export function chipText(step: FilterStep, context: ChipContext): string {
  const { t } = context
  if (step.keep === 'cases' && step.where.type === 'variant') return t('filter.chip.variant', { count: step.where.variants.length })
  const draft = isExactly(step, context.zone) ? draftOfStep(step, context.zone) : null
  if (draft === null) return plainText(step, context)
  const text = draftText(draft, context)
  return draft.isNegated ? t('filter.chip.not', { what: text }) : text
}

/** A period of whole days is said in days; any other with its times. */
function isExactly(step: FilterStep, zone: string): boolean {
  const where = step.keep === 'cases' ? (step.where.type === 'not' ? step.where.condition : step.where) : null
  if (where?.type !== 'period') return true
  return [where.since, where.until].every((each) => each === undefined || new Date(each).toISOString() === startOfDay(localDay(each, zone), zone))
}

function localDay(instant: string, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(instant))
}

function plainText(step: FilterStep, { t, language, zone }: ChipContext): string {
  const where = step.keep === 'cases' ? step.where : null
  if (where?.type === 'period') {
    const say = (instant: string | undefined): string => (instant === undefined ? '…' : formatAbsolute(instant, language, zone))
    return t(`filter.chip.period.${where.rule ?? 'contained'}`, { span: `${say(where.since)} – ${say(where.until)}` })
  }
  if (where?.type === 'sample' && where.count !== undefined) return t('filter.chip.sampleCount', { count: where.count })
  return t('filter.chip.composed')
}

/** What a chip is made of: the values of its form, and how lists, bounds and shares are said. */
interface Saying extends ChipContext {
  values: Draft['values']
  list: (name: string) => string
  between: (say: (value: number) => string) => string
  share: () => string
}

const SAID: Partial<Record<Kind, (say: Saying) => string>> = {
  period: ({ t, values }) => t(`filter.chip.period.${values.rule as 'contained'}`, { span: span(values.since, values.until) }),
  attribute: (say) => attributeText(say.values.attribute as AttributeTest, say),
  case: ({ t, list }) => t('filter.chip.case', { value: list('cases') }),
  sample: ({ t, share }) => t('filter.chip.sample', { share: share() }),
  follows: followsText,
  repeats: ({ t, values, list }) =>
    t('filter.chip.repeats', { value: Array.isArray(values.activities) ? list('activities') : t('filter.anyActivity'), times: values.at_least as number }),
  four_eyes: ({ t, values, list }) => t(`filter.chip.four_eyes.${values.rule as 'same'}`, { first: list('first'), second: list('second') }),
  duration: ({ t, language, between }) => t('filter.chip.duration', { bounds: between((seconds) => formatDuration(seconds, language)) }),
  length: ({ t, language, between }) => t('filter.chip.length', { bounds: between((count) => formatNumber(count, language)) }),
  top_variants: ({ t, values }) => t('filter.chip.top_variants', { count: Number(values.count) }),
  variant_coverage: ({ t, share }) => t('filter.chip.variant_coverage', { share: share() }),
  between: ({ t, list }) => t('filter.chip.between', { begin: list('begin'), end: list('end') }),
}

function draftText({ kind, values }: Draft, context: ChipContext): string {
  const list = (name: string): string => names(values[name], context.t)
  const between = (say: (value: number) => string): string => bounds(values.at_least_s ?? values.at_least, values.at_most_s ?? values.at_most, say)
  const share = (): string => formatShare(Number(values.share) / 100, context.language)
  const said = SAID[kind]
  return said === undefined ? context.t(`filter.chip.${kind}`, { value: list('activities') }) : said({ ...context, values, list, between, share })
}

function followsText({ t, language, values, list, between }: Saying): string {
  const without = Array.isArray(values.without) ? t('filter.chip.notBetween', { value: list('without') }) : ''
  const time = between((seconds) => formatDuration(seconds, language))
  return [`${list('source')} ${values.rule === 'directly' ? '→' : '⇢'} ${list('target')}`, without, time].filter(Boolean).join(' · ')
}

function names(value: unknown, t: ChipContext['t']): string {
  const all = Array.isArray(value) ? (value as string[]) : []
  const shown = all.slice(0, NAMED).join(t('listSeparator'))
  return all.length > NAMED ? `${shown} +${all.length - NAMED}` : shown
}

function span(since: unknown, until: unknown): string {
  return `${(since as string | undefined) ?? '…'} – ${(until as string | undefined) ?? '…'}`
}

function bounds(least: unknown, most: unknown, say: (value: number) => string): string {
  const parts = [typeof least === 'number' ? `≥ ${say(least)}` : '', typeof most === 'number' ? `≤ ${say(most)}` : '']
  return parts.filter(Boolean).join(' ')
}

/** The attribute as people know it: without the room that it is kept in. */
export function attributeName(column: string, t: ChipContext['t']): string {
  return column === 'resource' || column === 'role' || column === 'lifecycle' ? t(`role.${column}`) : column.replace(/^(case|event)\./, '')
}

function attributeText({ column, test }: AttributeTest, context: ChipContext): string {
  return `${attributeName(column, context.t)} ${testText(test, context)}`
}

function testText(test: ValueTest, { t, language, zone }: ChipContext): string {
  switch (test.type) {
    case 'one_of':
      return `= ${names(test.values.map(String), t)}`
    case 'number_range':
      return bounds(test.at_least, test.at_most, (value) => formatNumber(value, language, 2))
    case 'contains':
      return t('filter.chip.contains', { value: test.text })
    case 'missing':
      return t('filter.chip.missing')
    case 'instant_range': {
      const say = (instant: string | undefined): string => (instant === undefined ? '…' : formatAbsolute(instant, language, zone))
      return `${say(test.since)} – ${say(test.until)}`
    }
  }
}
