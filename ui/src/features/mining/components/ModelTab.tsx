/** The mined model with how well it tells the log: fitness, precision, and what the noise threshold left out. */
import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { BpmnDiagram } from '@/shared/bpmn/BpmnDiagram'
import { formatNumber, formatShare } from '@/shared/format/number'
import { useServerText } from '@/shared/i18n/serverTexts'
import { useLanguage } from '@/shared/i18n/useLanguage'
import { EvidenceNumber } from '@/shared/ui/EvidenceNumber'
import { Icon } from '@/shared/ui/Icon'

import { modelQuery, type LogDetail, type MinedModel } from '../api/logs'
import { queryText, type LogQuery } from '../filters'
import { useGo, useLogSearch } from '../hooks/useLogView'
import { FileLink } from './FileLink'
import classes from './Model.module.css'
import { isNoCases, NoCases } from './LogPage'
import { Looked } from './Looked'

const NOISE = [0, 0.1, 0.2, 0.3, 0.5]
const DEFAULT_NOISE = 0.2

export function ModelTab({ log, query }: { log: LogDetail; query: LogQuery }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const { noise = DEFAULT_NOISE } = useLogSearch()
  const go = useGo()
  const model = useQuery({ ...modelQuery(log.log_id, query, noise), retry: false, placeholderData: keepPreviousData })
  if (isNoCases(model.error)) return <NoCases />
  return (
    <>
      <div className={classes.tools}>
        <span>{t('model.noise')}</span>
        <SegmentedControl
          size="xs"
          aria-label={t('model.noise')}
          value={`${noise}`}
          data={[...new Set([...NOISE, noise])].sort((a, b) => a - b).map((value) => ({ value: `${value}`, label: formatShare(value, language, 1) }))}
          onChange={(value) => go((before) => ({ ...before, noise: Number(value) }), 'replace')}
        />
        <span className="tl-muted">{t('model.noiseText')}</span>
        <span className={classes.files}>
          <FileLink href={`/api/v1/logs/${log.log_id}/model.bpmn${queryText(query, { noise })}`} file="model.bpmn" label="BPMN" />
        </span>
      </div>
      <Looked query={model} logId={log.log_id} look="model">
        {(mined) => (mined.cases === 0 ? <NoCases /> : <Model mined={mined} isOld={model.isPlaceholderData} />)}
      </Looked>
    </>
  )
}

function Model({ mined, isOld }: { mined: MinedModel; isOld: boolean }) {
  const { t } = useTranslation('mining')
  const language = useLanguage()
  const method = useServerText()
  const { element } = useLogSearch()
  const go = useGo()
  const share = (value: number): string => formatShare(value, language, 1)
  return (
    <div className={classes.model} aria-busy={isOld}>
      <BpmnDiagram
        xml={mined.bpmn_xml}
        label={t('model.label')}
        height="max(440px, calc(100dvh - 270px))"
        selectedId={element ?? null}
        onSelect={(id) => go((before) => ({ ...before, element: id ?? undefined }), 'replace')}
      />
      <aside className={classes.facts}>
        <EvidenceNumber size="large" label={t('model.fitness')} value={mined.fitness} format={share} n={mined.cases} how={t('model.fitnessHow', { method: method(mined.method) })} />
        <EvidenceNumber size="large" label={t('model.precision')} value={mined.precision} format={share} how={t('model.precisionHow')} needs={t('model.precisionNeeds')} />
        <EvidenceNumber
          label={t('model.fitting')}
          value={mined.cases === 0 ? null : mined.fitting_cases / mined.cases}
          format={share}
          n={mined.cases}
          how={t('model.fittingHow', { fitting: formatNumber(mined.fitting_cases, language), cases: formatNumber(mined.cases, language) })}
        />
        <p className={classes.sound}>
          <Icon name={mined.is_sound ? 'check' : 'warning'} size={14} />
          {t(mined.is_sound ? 'model.sound' : 'model.unsound')}
        </p>
        <p className="tl-muted">{t('model.trade')}</p>
      </aside>
    </div>
  )
}
