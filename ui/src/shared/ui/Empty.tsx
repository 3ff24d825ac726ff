/** What stands where there is nothing yet: what it is, and the one thing to do. */
import type { ReactNode } from 'react'

import { Icon, type IconName } from './Icon'
import classes from './Empty.module.css'

interface EmptyProps {
  icon?: IconName
  title: string
  text?: string
  action?: ReactNode
}

export function Empty({ icon = 'info', title, text, action }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <Icon name={icon} size={22} />
      <p className={classes.title}>{title}</p>
      {text !== undefined && <p className={classes.text}>{text}</p>}
      {action}
    </div>
  )
}
