/** Money per hour, given by a person: one amount for all, or a file with amounts per role or activity. */
import { Button, FileButton, Group, Modal, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { api, unwrap } from '@/shared/api/client'
import { Async } from '@/shared/ui/Async'
import { Icon } from '@/shared/ui/Icon'
import { Problem } from '@/shared/ui/Problem'

import { ratesQuery, type LogDetail, type Rates } from '../api/logs'
import { readRates, type RatesProblem } from '../rates'
import classes from './Potential.module.css'

const EXAMPLE = '{\n  "currency": "EUR",\n  "default": 45,\n  "hourly": { "Group 1": 52, "T02 Check": 38 }\n}'

export function RatesDialog({ log, onClose }: { log: LogDetail; onClose: () => void }) {
  const { t } = useTranslation('mining')
  const rates = useQuery(ratesQuery(log.log_id))
  return (
    <Modal opened onClose={onClose} title={t('rates.title')} size="lg">
      <Async query={rates}>{(given) => <RatesForm log={log} given={given ?? null} onClose={onClose} />}</Async>
    </Modal>
  )
}

function RatesForm({ log, given, onClose }: { log: LogDetail; given: Rates | null; onClose: () => void }) {
  const { t } = useTranslation('mining')
  const queryClient = useQueryClient()
  const [currency, setCurrency] = useState(given?.currency ?? '')
  const [otherwise, setOtherwise] = useState<number | string>(given?.default ?? '')
  const [hourly, setHourly] = useState<Record<string, number>>(given?.hourly ?? {})
  const [problem, setProblem] = useState<RatesProblem | null>(null)
  const save = useMutation({
    mutationFn: (rates: Rates) => unwrap(api.PUT('/api/v1/logs/{log_id}/rates', { params: { path: { log_id: log.log_id } }, body: rates })),
    onSuccess: async () => {
      await Promise.all(['rates', 'potential'].map((part) => queryClient.invalidateQueries({ queryKey: ['logs', log.log_id, part] })))
      onClose()
    },
  })

  async function read(file: File | null): Promise<void> {
    if (file === null) return
    const result = readRates(await file.text())
    setProblem('problem' in result ? result.problem : null)
    if ('problem' in result) return
    setCurrency(result.rates.currency)
    setOtherwise(result.rates.default ?? '')
    setHourly(result.rates.hourly ?? {})
  }

  function submit(): void {
    const result = readRates(JSON.stringify({ currency: currency.toUpperCase(), hourly, default: typeof otherwise === 'number' ? otherwise : null }))
    setProblem('problem' in result ? result.problem : null)
    if ('rates' in result) save.mutate(result.rates)
  }

  const names = Object.entries(hourly)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <p className={classes.dialogText}>{t('rates.text')}</p>
      <div className={classes.pair}>
        <TextInput label={t('rates.currency')} value={currency} maxLength={3} placeholder="EUR" onChange={(event) => setCurrency(event.currentTarget.value.toUpperCase())} />
        <NumberInput label={t('rates.default')} value={otherwise} min={0} decimalScale={2} onChange={setOtherwise} />
      </div>
      {names.length > 0 && (
        <ul className={classes.rates}>
          {names.map(([name, amount]) => (
            <li key={name}>
              <span>{name}</span>
              <span className="tl-number">
                {amount} {currency}
                {t('per.hour')}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Group gap="xs" mt="sm">
        <FileButton accept=".json,application/json" onChange={(file) => void read(file)}>
          {(props) => (
            <Button variant="default" leftSection={<Icon name="upload" size={14} />} {...props}>
              {t('rates.file')}
            </Button>
          )}
        </FileButton>
        <span className="tl-muted">{t('rates.fileText')}</span>
      </Group>
      <details className={classes.example}>
        <summary>{t('rates.example')}</summary>
        <pre>{EXAMPLE}</pre>
      </details>
      {problem !== null && (
        <p role="alert" className={classes.error}>
          {t(`rates.problem.${problem}`)}
        </p>
      )}
      {save.error !== null && <Problem error={save.error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('shared:action.cancel')}
        </Button>
        <Button type="submit" loading={save.isPending}>
          {t('rates.save')}
        </Button>
      </Group>
    </form>
  )
}
