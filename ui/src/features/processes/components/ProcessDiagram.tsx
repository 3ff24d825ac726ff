/** The diagram of a version with what is in it now: how many instances stand at each element, where incidents are. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { BpmnDiagram, type DiagramCount } from '@/shared/bpmn/BpmnDiagram'
import type { Way } from '@/shared/bpmn/way'
import { Async } from '@/shared/ui/Async'

import { modelQuery, watchQuery } from '../api/processes'
import type { DeployedProcess } from '../api/types'
import classes from './processes.module.css'

interface ProcessDiagramProps {
  process: DeployedProcess
  element: string | null
  /** The way of a finding that is to be seen. */
  way: Way | null
  onElement: (element: string | null) => void
}

export function ProcessDiagram({ process, element, way, onElement }: ProcessDiagramProps) {
  const { t } = useTranslation('processes')
  const model = useQuery(modelQuery(process.process_id, process.version))
  const watch = useQuery(watchQuery(process.process_id))
  const elements = watch.data?.elements
  const counts = useMemo(
    () =>
      (elements ?? []).flatMap((each): DiagramCount[] => [
        ...(each.active > 0
          ? [{ elementId: each.element_id, text: `${each.active}`, state: 'running' as const, label: t('count.running', { count: each.active }) }]
          : []),
        ...(each.incidents > 0
          ? [{ elementId: each.element_id, text: `! ${each.incidents}`, state: 'incident' as const, label: t('count.incidents', { count: each.incidents }) }]
          : []),
      ]),
    [elements, t],
  )
  const chosen = elements?.find((each) => each.element_id === element)
  return (
    <Async query={model} rows={8}>
      {(xml) => (
        <>
          <BpmnDiagram xml={xml} processId={process.process_id} label={process.name || process.process_id} counts={counts} way={way} selectedId={element} onSelect={onElement} height="min(62vh, 620px)" />
          {chosen !== undefined && (
            <p className={classes.chosen}>
              <strong>{chosen.element_name || chosen.element_id}</strong>
              <Link to="/instances" search={{ process: process.process_id, element: chosen.element_id, status: 'active' }}>
                {t('count.running', { count: chosen.active })}
              </Link>
              {chosen.incidents > 0 && (
                <Link to="/incidents" search={{ process: process.process_id }}>
                  {t('count.incidents', { count: chosen.incidents })}
                </Link>
              )}
            </p>
          )}
        </>
      )}
    </Async>
  )
}
