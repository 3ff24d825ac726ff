/** The frame of every page: title with its facts and actions, then the content. Also sets the window's title. */
import { useEffect, type ReactNode } from 'react'

import classes from './Page.module.css'

interface PageProps {
  title: string
  /** Small facts beside the title: counts, badges, freshness. */
  facts?: ReactNode
  actions?: ReactNode
  /** `full`: uses the whole height, its parts scroll on their own. */
  layout?: 'document' | 'full'
  children: ReactNode
}

export function Page({ title, facts, actions, layout = 'document', children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Taktloom`
  }, [title])
  return (
    <div className={classes.page} data-layout={layout}>
      <header className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        <div className={classes.facts}>{facts}</div>
        <div className={classes.actions}>{actions}</div>
      </header>
      <div className={classes.content}>{children}</div>
    </div>
  )
}
