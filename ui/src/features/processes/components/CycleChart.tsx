/** Cycle times of ended cases as shares per class of duration, beside those of the baseline log. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { Chart } from '@/shared/charts/Chart'
import type { ChartOption } from '@/shared/charts/echarts'
import { formatShare } from '@/shared/format/number'
import { formatDuration } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'

import type { Watch } from '../api/types'
import { alignHistograms } from '../histograms'

export function CycleChart({ watch }: { watch: Watch }) {
  const { t } = useTranslation('processes')
  const language = useLanguage()
  const { cycle, baseline } = watch
  const classes = useMemo(() => alignHistograms(cycle.histogram, baseline?.histogram ?? []), [cycle, baseline])
  const labels = classes.map(({ to }) => (Number.isFinite(to) ? `≤ ${formatDuration(to, language)}` : t('watch.longer')))
  const option: ChartOption = {
    grid: { left: 8, right: 8, top: baseline === null ? 12 : 36, bottom: 8 },
    xAxis: { type: 'category', data: labels },
    yAxis: { type: 'value', axisLabel: { formatter: (value: number) => formatShare(value, language) } },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      valueFormatter: (value) => (typeof value === 'number' ? formatShare(value, language, 1) : '–'),
    },
    legend: baseline === null ? undefined : { top: 0 },
    series: [
      ...(cycle.n > 0 ? [{ type: 'bar' as const, name: t('watch.now'), data: classes.map(({ now }) => now) }] : []),
      ...(baseline === null ? [] : [{ type: 'bar' as const, name: baseline.log_name, data: classes.map(({ before }) => before) }]),
    ],
  }
  return (
    <Chart
      label={t('watch.cycle')}
      option={option}
      height={240}
      table={{
        columns: [t('watch.duration'), t('watch.now'), ...(baseline === null ? [] : [baseline.log_name])],
        rows: classes.map(({ now, before }, index) => [
          labels[index] ?? '',
          formatShare(now, language, 1),
          ...(baseline === null ? [] : [formatShare(before, language, 1)]),
        ]),
      }}
    />
  )
}
