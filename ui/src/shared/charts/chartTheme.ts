/** Lays the theme's colours and type below a chart's own options. */
import { categorical, fontFamily, surfaces } from '@/shared/theme/theme'

import type { ChartOption } from './echarts'

type Loose = Record<string, unknown>

function axis(own: unknown, mode: 'light' | 'dark'): unknown {
  if (Array.isArray(own)) return own.map((each) => axis(each, mode))
  if (typeof own !== 'object' || own === null) return own
  const ground = surfaces[mode]
  const given = own as Loose
  return {
    ...given,
    axisLine: { lineStyle: { color: ground.strongLine }, ...(given.axisLine as Loose | undefined) },
    axisTick: { lineStyle: { color: ground.strongLine }, ...(given.axisTick as Loose | undefined) },
    axisLabel: { color: ground.muted, fontSize: 11, hideOverlap: true, ...(given.axisLabel as Loose | undefined) },
    splitLine: { lineStyle: { color: ground.line }, ...(given.splitLine as Loose | undefined) },
    nameTextStyle: { color: ground.muted, fontSize: 11, ...(given.nameTextStyle as Loose | undefined) },
  }
}

export function withTheme(option: ChartOption, mode: 'light' | 'dark'): ChartOption {
  const ground = surfaces[mode]
  const given = option as Loose
  return {
    color: [...categorical],
    textStyle: { fontFamily, color: ground.text },
    grid: { left: 8, right: 12, top: 12, bottom: 4, containLabel: true },
    ...given,
    xAxis: axis(given.xAxis, mode),
    yAxis: axis(given.yAxis, mode),
    tooltip:
      given.tooltip === undefined
        ? undefined
        : {
            backgroundColor: ground.panel,
            borderColor: ground.line,
            textStyle: { color: ground.text, fontSize: 12 },
            confine: true,
            ...(given.tooltip as Loose),
          },
  } as ChartOption
}
