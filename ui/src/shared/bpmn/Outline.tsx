/**
 * The diagram as a list: name, type, state and counts of every node. Up and down walk the list, left and right walk
 * along the sequence flows.
 */
import { useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'

import type { State } from '@/shared/theme/theme'

import type { DiagramCount, Difference } from './BpmnDiagram'
import classes from './Outline.module.css'
import type { OutlineItem } from './outline'

interface OutlineProps {
  items: OutlineItem[]
  marks: Record<string, State>
  counts: DiagramCount[]
  differences: Record<string, Difference>
  selectedId: string | null
  onSelect: (elementId: string) => void
}

export function Outline({ items, marks, counts, differences, selectedId, onSelect }: OutlineProps) {
  const { t } = useTranslation('shared')
  const list = useRef<HTMLUListElement>(null)
  const names = new Map(items.map((item) => [item.id, item.name === '' ? t(`bpmn.${item.type}`, { defaultValue: item.type }) : item.name]))

  function go(id: string | undefined): void {
    if (id === undefined) return
    onSelect(id)
    list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus()
  }

  function onKeyDown(event: KeyboardEvent, item: OutlineItem, index: number): void {
    if (event.key === 'ArrowDown') go(items[index + 1]?.id)
    else if (event.key === 'ArrowUp') go(items[index - 1]?.id)
    else if (event.key === 'ArrowRight') go(item.next[0])
    else if (event.key === 'ArrowLeft') go(item.previous[0])
    else return
    event.preventDefault()
  }

  return (
    <ul ref={list} className={classes.outline} aria-label={t('diagram.outline')}>
      {items.map((item, index) => {
        const state = marks[item.id]
        const difference = differences[item.id]
        const own = counts.filter(({ elementId }) => elementId === item.id)
        const isReachable = item.id === selectedId || (selectedId === null && index === 0)
        return (
          <li key={item.id} style={{ paddingInlineStart: item.depth * 12 }}>
            <button
              type="button"
              data-id={item.id}
              className={classes.item}
              aria-current={item.id === selectedId ? 'true' : undefined}
              tabIndex={isReachable ? 0 : -1}
              onClick={() => onSelect(item.id)}
              onKeyDown={(event) => onKeyDown(event, item, index)}
            >
              <span>{names.get(item.id)}</span>
              <span className={classes.facts}>
                {t(`bpmn.${item.type}`, { defaultValue: item.type })}
                {state !== undefined && ` · ${t(`look.${state}`)}`}
                {difference !== undefined && ` · ${t(`difference.${difference}`)}`}
                {own.map((count) => ` · ${count.label}`)}
                {item.next.length > 0 && ` → ${item.next.map((id) => names.get(id) ?? id).join(', ')}`}
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
