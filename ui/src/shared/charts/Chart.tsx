/** A chart with its table: the same numbers in two forms, colours of the theme, drawn as SVG, loaded when first seen. */
import { ActionIcon, Tooltip, useComputedColorScheme } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Icon } from '@/shared/ui/Icon'

import classes from './Chart.module.css'
import type { EChartsType, ChartOption } from './echarts'
import { withTheme } from './chartTheme'

export interface ChartTable {
  columns: string[]
  rows: (string | number)[][]
}

interface ChartProps {
  /** What the chart shows, in one sentence. */
  label: string
  option: ChartOption
  /** The same numbers for those who read tables. */
  table: ChartTable
  height?: number
  /** Without the switch, for sparklines; the table is then hidden visually only. */
  variant?: 'full' | 'spark'
  legend?: ReactNode
}

export function Chart({ label, option, table, height = 220, variant = 'full', legend }: ChartProps) {
  const { t } = useTranslation('shared')
  const [view, setView] = useState<'chart' | 'table'>('chart')
  const next = view === 'chart' ? 'table' : 'chart'
  return (
    <figure className={classes.figure} aria-label={label}>
      {variant === 'full' && (
        <div className={classes.bar}>
          {legend}
          <Tooltip label={t(`chart.${next}`)}>
            <ActionIcon aria-label={t(`chart.${next}`)} onClick={() => setView(next)}>
              <Icon name={next} />
            </ActionIcon>
          </Tooltip>
        </div>
      )}
      {view === 'chart' ? <Drawing option={option} height={height} /> : <Numbers table={table} height={height} />}
      {variant === 'spark' && (
        <div className={classes.hidden}>
          <Numbers table={table} height={height} />
        </div>
      )}
    </figure>
  )
}

function Drawing({ option, height }: { option: ChartOption; height: number }) {
  const frame = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType | null>(null)
  const mode = useComputedColorScheme('light')
  const isStill = useReducedMotion()

  useEffect(() => {
    const element = frame.current
    let isGone = false
    let made: EChartsType | undefined
    void import('./echarts').then(({ init }) => {
      if (isGone || element === null) return
      made = init(element, undefined, { renderer: 'svg' })
      setChart(made)
    })
    const observer = new ResizeObserver(() => made?.resize())
    if (element !== null) observer.observe(element)
    return () => {
      isGone = true
      observer.disconnect()
      made?.dispose()
      setChart(null)
    }
  }, [])

  useEffect(() => {
    chart?.setOption({ ...withTheme(option, mode), animation: !isStill, animationDuration: 180 }, { notMerge: true })
  }, [chart, option, mode, isStill])

  return <div ref={frame} style={{ height }} aria-hidden="true" />
}

function Numbers({ table, height }: { table: ChartTable; height: number }) {
  return (
    <div className={classes.table} style={{ maxHeight: Math.max(height, 160) }}>
      <table>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.join(' ')}>
              {row.map((cell, index) => (
                <td key={table.columns[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
