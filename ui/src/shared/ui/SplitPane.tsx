/**
 * List beside detail on wide screens, one above the other on narrow ones. The width is remembered; the line between
 * moves by pointer and, with focus on it, by the arrow keys (no drag-only action: WCAG 2.5.7).
 */
import { useLocalStorage } from '@mantine/hooks'
import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './SplitPane.module.css'

const SMALLEST = 20
const LARGEST = 80
const STEP = 2

interface SplitPaneProps {
  /** Under which name the width is remembered. */
  name: string
  first: ReactNode
  second: ReactNode
  /** Share of the first part in per cent, until the person changes it. */
  initial?: number
  /** On narrow screens only this part is seen when given. */
  narrow?: 'first' | 'second'
}

export function SplitPane({ name, first, second, initial = 45, narrow }: SplitPaneProps) {
  const { t } = useTranslation('shared')
  const frame = useRef<HTMLDivElement>(null)
  const [share, setShare] = useLocalStorage({ key: `taktloom.split.${name}`, defaultValue: initial })

  function change(next: number): void {
    setShare(Math.round(Math.min(Math.max(next, SMALLEST), LARGEST)))
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>): void {
    const box = frame.current?.getBoundingClientRect()
    if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    change(((event.clientX - box.left) / box.width) * 100)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowLeft') change(share - STEP)
    else if (event.key === 'ArrowRight') change(share + STEP)
    else if (event.key === 'Home') change(initial)
    else return
    event.preventDefault()
  }

  return (
    <div ref={frame} className={classes.split} data-narrow={narrow} style={{ '--split': `${share}%` } as React.CSSProperties}>
      <div className={classes.first}>{first}</div>
      {/* A separator that can be moved is a control by ARIA 1.2, which the lint rules do not know. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className={classes.line}
        role="separator"
        aria-orientation="vertical"
        aria-label={t('split.resize')}
        aria-valuenow={share}
        aria-valuemin={SMALLEST}
        aria-valuemax={LARGEST}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onDoubleClick={() => change(initial)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.second}>{second}</div>
    </div>
  )
}
