/** Try a FEEL expression: text and variables in, value and warnings out, each at its place in the text. */
import { Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { asProblem } from '@/shared/api/problem'
import { Warnings } from '@/shared/dmn/Explanation'
import { Page } from '@/shared/ui/Page'
import { Panel } from '@/shared/ui/Panel'
import { Problem } from '@/shared/ui/Problem'

import { evaluateExpression } from '../api/decisions'
import { marked } from '../marked'
import classes from './decisions.module.css'

const QUIET_MS = 300
const EXAMPLE = 'for price in prices return price * (1 + rate)'
const EXAMPLE_CONTEXT = '{ "prices": [10, 20], "rate": 0.21 }'

/** The variables, null where the text is no JSON object. */
function contextOf(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

export function FeelPage() {
  const { t } = useTranslation('decisions')
  const { expression = EXAMPLE } = useSearch({ from: '/shell/feel' })
  const navigate = useNavigate({ from: '/feel' })
  const [text, setText] = useState(expression)
  const [variables, setVariables] = useState(EXAMPLE_CONTEXT)
  const context = contextOf(variables)
  return (
    <Page title={t('feel.title')} actions={<Link to="/decisions">{t('title')}</Link>}>
      <div className={classes.columns}>
        <Panel>
          <div className={classes.form}>
            <Textarea
              label={t('feel.expression')}
              classNames={{ input: classes.code }}
              autosize
              minRows={4}
              maxLength={20_000}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value)
                void navigate({ search: { expression: event.currentTarget.value || undefined }, replace: true })
              }}
            />
            <Textarea
              label={t('feel.context')}
              description={t('feel.contextText')}
              classNames={{ input: classes.code }}
              autosize
              minRows={4}
              error={context === null ? t('feel.notJson') : undefined}
              value={variables}
              onChange={(event) => setVariables(event.currentTarget.value)}
            />
          </div>
        </Panel>
        <Panel title={t('feel.value')}>{context !== null && <Value expression={text} context={context} />}</Panel>
      </div>
    </Page>
  )
}

function Value({ expression, context }: { expression: string; context: Record<string, unknown> }) {
  const [asked] = useDebouncedValue(JSON.stringify({ expression, context }), QUIET_MS)
  const { expression: text, context: variables } = JSON.parse(asked) as { expression: string; context: Record<string, unknown> }
  const result = useQuery({
    queryKey: ['expressions', asked],
    queryFn: () => evaluateExpression(text, variables),
    enabled: text.trim() !== '',
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  })
  if (result.error !== null) {
    const position = Number(asProblem(result.error).parameters?.position ?? Number.NaN)
    return (
      <>
        {!Number.isNaN(position) && <Marked text={text} positions={[position]} />}
        <Problem error={result.error} />
      </>
    )
  }
  if (result.data === undefined) return null
  const { text: value, warnings } = result.data
  return (
    <div role="status" aria-busy={result.isFetching}>
      <pre className={classes.value}>{value}</pre>
      {warnings.length > 0 && <Marked text={text} positions={warnings.flatMap((warning) => warning.position ?? [])} />}
      <Warnings warnings={warnings} />
    </div>
  )
}

/** The expression with the places that something was said about underlined. */
function Marked({ text, positions }: { text: string; positions: number[] }) {
  return (
    <pre className={classes.marked}>
      {marked(text, positions).map((part, index) => (part.isMarked ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>))}
    </pre>
  )
}
