/** Instances finished per hour, last 24 hours. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Home } from '@/shared/api/types'
import { Chart } from '@/shared/charts/Chart'
import type { ChartOption } from '@/shared/charts/echarts'
import { formatShort, localZone } from '@/shared/format/time'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { Empty } from '@/shared/ui/Empty'
import { Panel } from '@/shared/ui/Panel'

export function Throughput({ hours }: { hours: Home['throughput'] }) {
  const { t } = useTranslation('home')
  const language = useLanguage()
  const rows = useMemo(() => hours.map(({ hour, finished }): [string, number] => [formatShort(hour, language), finished]), [hours, language])
  const option = useMemo<ChartOption>(
    () => ({
      xAxis: { type: 'category', data: rows.map(([hour]) => hour) },
      yAxis: { type: 'value', minInterval: 1 },
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      series: [{ type: 'bar', name: t('throughput.finished'), data: rows.map(([, finished]) => finished), barCategoryGap: '25%' }],
    }),
    [rows, t],
  )
  const isEmpty = hours.every(({ finished }) => finished === 0)
  return (
    <Panel title={t('throughput.title')}>
      {isEmpty ? (
        <Empty icon="chart" title={t('throughput.none')} text={t('throughput.noneText')} />
      ) : (
        <Chart
          label={t('throughput.title')}
          option={option}
          height={150}
          table={{ columns: [`${t('throughput.hour')} (${localZone()})`, t('throughput.finished')], rows }}
          legend={<span className="tl-muted">{t('throughput.zone', { zone: localZone() })}</span>}
        />
      )}
    </Panel>
  )
}
