/** A titled block of a page: a line around it, no shadow, never one inside another. */
import type { ReactNode } from 'react'

import classes from './Panel.module.css'

interface PanelProps {
  title?: string
  actions?: ReactNode
  /** Tables and charts reach the edges. */
  padding?: 'normal' | 'none'
  children: ReactNode
}

export function Panel({ title, actions, padding = 'normal', children }: PanelProps) {
  return (
    <section className={classes.panel} aria-label={title}>
      {title !== undefined && (
        <header className={classes.head}>
          <h2>{title}</h2>
          <div className={classes.actions}>{actions}</div>
        </header>
      )}
      <div data-padding={padding} className={classes.body}>
        {children}
      </div>
    </section>
  )
}
