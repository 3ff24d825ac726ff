/** What is done to the instances that were chosen in the list, or to all that fit its filters. It runs as a batch. */
import { Button, Group, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { rowProblems, variablesOf, type VariableRow } from '@/shared/forms/variables'
import { VariableEditor } from '@/shared/forms/VariableEditor'
import { Async } from '@/shared/ui/Async'
import { Problem } from '@/shared/ui/Problem'

import { createBatch, orderPreviewQuery, type Selection } from '../api/operations'
import type { InstanceSummary } from '../api/types'
import type { InstancesSearch } from '../routes'
import { filterOf, INSTANCE_ORDERS, ordersFor, type InstanceOrder } from '../selection'
import classes from './processes.module.css'

interface InstanceOrdersProps {
  search: InstancesSearch
  chosen: InstanceSummary[]
  /** There are more that fit the filters than were chosen. */
  hasMore: boolean
  total: number | null
  onClear: () => void
}

export function InstanceOrders({ search, chosen, hasMore, total, onClear }: InstanceOrdersProps) {
  const { t } = useTranslation('processes')
  const [scope, setScope] = useState<'chosen' | 'all'>('chosen')
  const [order, setOrder] = useState<InstanceOrder | null>(null)
  const isAll = scope === 'all' && hasMore
  const selection: Selection = isAll ? { query: filterOf(search) as never } : { keys: chosen.map(({ instance_key }) => instance_key) }
  return (
    <div className={classes.orders} role="toolbar" aria-label={t('instances.orders')}>
      <span role="status">{isAll ? (total === null ? t('instances.allChosen') : t('instances.allCounted', { count: total })) : t('instances.chosen', { count: chosen.length })}</span>
      {hasMore && (
        <Button variant="subtle" size="compact-sm" onClick={() => setScope(isAll ? 'chosen' : 'all')}>
          {isAll ? t('instances.onlyChosen', { count: chosen.length }) : t('instances.chooseAll')}
        </Button>
      )}
      {(isAll ? INSTANCE_ORDERS : ordersFor(chosen)).map((each) => (
        <Button key={each} variant="default" size="compact-sm" onClick={() => setOrder(each)}>
          {t(`instances.order.${each}.do`)}
        </Button>
      ))}
      <Button variant="subtle" size="compact-sm" onClick={onClear}>
        {t('instances.chooseNone')}
      </Button>
      {order !== null && <OrderDialog order={order} selection={selection} chosen={chosen} onClose={() => setOrder(null)} />}
    </div>
  )
}

interface OrderDialogProps {
  order: InstanceOrder
  selection: Selection
  chosen: InstanceSummary[]
  onClose: () => void
}

const SHOWN = 5

function OrderDialog({ order, selection, chosen, onClose }: OrderDialogProps) {
  const { t } = useTranslation('processes')
  const [rows, setRows] = useState<VariableRow[]>([])
  const [source, setSource] = useState<'begun' | 'last'>('begun')
  const [reason, setReason] = useState('')
  const preview = useQuery(orderPreviewQuery({ kind: order, selection }))
  const withVariables = order === 'set-variables' || order === 'restart'
  const isWrong = rowProblems(rows).some((problem) => problem !== null) || (order === 'set-variables' && rows.length === 0)
  const make = useBatch(() =>
    createBatch(
      { kind: order, selection, variables: withVariables ? variablesOf(rows) : {}, restart: order === 'restart' ? { has_last_variables: source === 'last' } : undefined },
      reason.trim(),
    ),
  )
  const nameOf = (key: string): string => chosen.find(({ instance_key }) => instance_key === key)?.business_key ?? key
  return (
    <Modal opened onClose={onClose} size="lg" title={t(`instances.order.${order}.title`)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <p>{t(`instances.order.${order}.text`)}</p>
        <Async query={preview} rows={2}>
          {({ targets, first }) => (
            <p className={classes.told} role="status">
              <strong>{t('instances.targets', { count: targets })}</strong> <span className="tl-muted">{first.slice(0, SHOWN).map(nameOf).join(t('listSeparator'))}{targets > SHOWN && ' …'}</span>
            </p>
          )}
        </Async>
        {order === 'restart' && (
          <SegmentedControl
            aria-label={t('instance.tab.variables')}
            mb="xs"
            value={source}
            data={(['begun', 'last'] as const).map((value) => ({ value, label: t(`restart.source.${value}`) }))}
            onChange={(value) => setSource(value as 'begun' | 'last')}
          />
        )}
        {withVariables && <VariableEditor rows={rows} onChange={setRows} />}
        <TextInput mt="sm" label={t('reason')} required data-autofocus value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
        {make.error !== null && <Problem error={make.error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('shared:action.back')}
          </Button>
          <Button type="submit" color={order === 'cancel' || order === 'delete-history' ? 'red' : undefined} disabled={isWrong || reason.trim() === '' || !preview.data?.targets} loading={make.isPending}>
            {t(`instances.order.${order}.do`)}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

/** Once it is made its progress is shown. */
function useBatch(make: () => ReturnType<typeof createBatch>) {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: make,
    onSuccess: async ({ batch_id }) => {
      await queryClient.invalidateQueries({ queryKey: ['batches'] })
      await navigate({ to: '/batches', search: { batch: batch_id } })
    },
  })
}
