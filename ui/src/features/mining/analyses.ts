/** A run of an analysis: what its form says, its addresses, and the command that does the same. */
import type { Analysis, Parameter } from './api/analyses'
import { queryText, type LogQuery, type ParameterValue } from './filters'

export interface AnalysisRun {
  logId: string
  name: string
  query: LogQuery
  /** Those that are not left at their default. */
  parameters: Record<string, ParameterValue>
  /** Texts of files by parameter: sent in the body, never kept in the address. */
  documents: Record<string, string>
}

/** What the form shows for a parameter: what was given, else the reader's language, else its default. */
export function shownValue(parameter: Parameter, given: Record<string, ParameterValue>, language: string): ParameterValue | undefined {
  const own = parameter.name === 'language' && parameter.choices.includes(language) ? language : undefined
  const value = given[parameter.name] ?? own ?? parameter.default
  if (parameter.kind === 'list') return Array.isArray(value) ? value.map(String) : []
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

/** Only what differs from the defaults and belongs to the analysis: short addresses, and commands to read. */
export function givenOnly(analysis: Analysis, values: Record<string, ParameterValue | undefined>): Record<string, ParameterValue> {
  const given: Record<string, ParameterValue> = {}
  for (const { name, default: usual } of analysis.parameters) {
    const value = values[name]
    if (value === undefined || value === usual || value === '' || (Array.isArray(value) && value.length === 0)) continue
    given[name] = value
  }
  return given
}

/** Required parameters that nobody gave. */
export function missingOf(analysis: Analysis, run: Pick<AnalysisRun, 'parameters' | 'documents'>): string[] {
  return analysis.parameters.filter(({ name, is_required }) => is_required && !(name in run.parameters) && !(name in run.documents)).map(({ name }) => name)
}

export function resultAddress({ logId, name, query, parameters }: AnalysisRun): string {
  return `/api/v1/logs/${encodeURIComponent(logId)}/analyses/${name}${queryText(query, parameters)}`
}

export function fileAddress({ logId, name, query, parameters }: AnalysisRun, file: string): string {
  return `/api/v1/logs/${encodeURIComponent(logId)}/analyses/${name}/files/${encodeURIComponent(file)}${queryText(query, parameters)}`
}

const PLAIN = /^[\w@%+=:,./-]+$/

/** As a shell of Unix takes it. */
function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

export function commandOf(analysis: Analysis, run: AnalysisRun): string {
  const words = ['taktloom', 'mine', run.name, quoted(run.logId)]
  for (const { name, kind } of analysis.parameters) {
    const option = `--${name.replaceAll('_', '-')}`
    const value = run.parameters[name]
    if (kind === 'document' && name in run.documents) words.push(option, `${name}.json`)
    if (value === undefined) continue
    if (typeof value === 'boolean') words.push(value ? option : `--no-${option.slice(2)}`)
    else for (const each of Array.isArray(value) ? value : [value]) words.push(option, quoted(`${each}`))
  }
  if (run.query.filter !== undefined) words.push('--filter', quoted(run.query.filter))
  return words.join(' ')
}
