/**
 * A form made of a JSON Schema (2020-12) of an object: its properties as fields, in their order; objects inside as
 * groups of fields. What a field cannot show (lists of objects, alternatives) is entered as JSON. The server checks
 * everything again; here is checked what a person should be told at once.
 */
export type FieldKind = 'text' | 'long' | 'email' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices' | 'date' | 'date-time' | 'time' | 'json'

/** What stands in a field: text, a tick, or several choices (each as JSON). */
export type Entry = string | boolean | string[]

export interface SchemaField {
  path: string[]
  kind: FieldKind
  label: string
  help: string
  isRequired: boolean
  /** Of choices, as JSON. */
  choices: string[]
  schema: Schema
}

/** Why an entry cannot be sent; the keys of its texts. */
export interface FieldProblem {
  key: 'required' | 'number' | 'integer' | 'min' | 'max' | 'minLength' | 'maxLength' | 'json'
  limit?: number
}

type Schema = Record<string, unknown>

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonSchema(schema: unknown): schema is Schema {
  return isRecord(schema) && !Array.isArray(schema.components) && ('$schema' in schema || schema.type === 'object')
}

export function fieldName(field: Pick<SchemaField, 'path'>): string {
  return field.path.join('.')
}

export function fieldsOf(schema: Schema, path: string[] = [], isAsked = true): SchemaField[] {
  const properties = isRecord(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(properties).flatMap(([name, given]): SchemaField[] => {
    const own = isRecord(given) ? given : {}
    const isRequired = isAsked && required.includes(name)
    const place = [...path, name]
    if (own.type === 'object' && isRecord(own.properties)) return fieldsOf(own, place, isRequired)
    const kind = kindOf(own)
    const label = typeof own.title === 'string' ? own.title : name
    return [{ path: place, kind, label, help: typeof own.description === 'string' ? own.description : '', isRequired, choices: choicesOf(own), schema: own }]
  })
}

function kindOf(schema: Schema): FieldKind {
  if (Array.isArray(schema.enum) || 'const' in schema) return 'choice'
  // A type beside null is the type of a field that may stay empty.
  const types = Array.isArray(schema.type) ? schema.type.filter((each) => each !== 'null') : [schema.type]
  const type: unknown = types.length === 1 ? types[0] : undefined
  if (type === 'array') return isRecord(schema.items) && Array.isArray(schema.items.enum) ? 'choices' : 'json'
  if (type === 'string') return textKind(schema)
  return PLAIN.find((each) => each === type) ?? 'json'
}

const PLAIN = ['number', 'integer', 'boolean'] as const
const FORMATS = ['date', 'date-time', 'time', 'email'] as const
/** Texts that may be longer get more than a line. */
const LINE = 200

function textKind({ format, maxLength }: Schema): FieldKind {
  return FORMATS.find((each) => each === format) ?? (typeof maxLength === 'number' && maxLength > LINE ? 'long' : 'text')
}

function choicesOf(schema: Schema): string[] {
  const given = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : isRecord(schema.items) ? schema.items.enum : []
  return (Array.isArray(given) ? given : []).map((each) => JSON.stringify(each))
}

/** A choice as a person reads it. */
export function choiceText(choice: string): string {
  const value = JSON.parse(choice) as unknown
  return typeof value === 'string' ? value : choice
}

/** What stands in the fields at first: the data, else the schema's defaults. */
export function entriesOf(fields: readonly SchemaField[], data: Record<string, unknown>): Record<string, Entry> {
  return Object.fromEntries(fields.map((field) => [fieldName(field), entryOf(field, at(data, field.path) ?? field.schema.default)]))
}

function entryOf({ kind, choices }: SchemaField, value: unknown): Entry {
  if (kind === 'boolean') return value === true
  if (kind === 'choices') return Array.isArray(value) ? value.map((each) => JSON.stringify(each)).filter((each) => choices.includes(each)) : []
  if (value === undefined || value === null) return ''
  if (kind === 'choice') return JSON.stringify(value)
  return kind === 'json' ? JSON.stringify(value, null, 2) : textOf(kind, value)
}

function textOf(kind: FieldKind, value: unknown): string {
  // Dates come as FEEL values: `{"@type": "date", "value": …}`.
  const plain = isRecord(value) && typeof value.value === 'string' ? value.value : value
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain)
  return kind === 'date-time' && !Number.isNaN(Date.parse(text)) ? localText(new Date(text)) : text
}

function at(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), data)
}

/** As the browser's field for date and time has it: without a zone, in the one of the machine. */
function localText(instant: Date): string {
  const two = (number: number): string => `${number}`.padStart(2, '0')
  return `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}T${two(instant.getHours())}:${two(instant.getMinutes())}`
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

export function problemOf(field: SchemaField, entry: Entry): FieldProblem | null {
  if (typeof entry === 'boolean') return null
  if (entry.length === 0) return field.isRequired ? { key: 'required' } : null
  if (typeof entry !== 'string') return null
  if (field.kind === 'number' || field.kind === 'integer') return numberProblem(field, entry.trim())
  if (field.kind === 'json') return isJson(entry) ? null : { key: 'json' }
  return field.kind === 'choice' ? null : textProblem(field.schema, entry)
}

function numberProblem({ kind, schema }: SchemaField, text: string): FieldProblem | null {
  if (!NUMBER.test(text)) return { key: 'number' }
  const number = Number(text)
  if (kind === 'integer' && !Number.isInteger(number)) return { key: 'integer' }
  if (typeof schema.minimum === 'number' && number < schema.minimum) return { key: 'min', limit: schema.minimum }
  return typeof schema.maximum === 'number' && number > schema.maximum ? { key: 'max', limit: schema.maximum } : null
}

function textProblem(schema: Schema, text: string): FieldProblem | null {
  if (typeof schema.minLength === 'number' && text.length < schema.minLength) return { key: 'minLength', limit: schema.minLength }
  if (typeof schema.maxLength === 'number' && text.length > schema.maxLength) return { key: 'maxLength', limit: schema.maxLength }
  return null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The values of entries without problems; what is empty is left out. */
export function valuesOf(fields: readonly SchemaField[], entries: Record<string, Entry>): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const field of fields) {
    const entry = entries[fieldName(field)] ?? ''
    if (typeof entry !== 'boolean' && entry.length === 0) continue
    put(values, field.path, valueOf(field.kind, entry))
  }
  return values
}

function valueOf(kind: FieldKind, entry: Entry): unknown {
  if (typeof entry === 'boolean') return entry
  if (typeof entry !== 'string') return entry.map((each) => JSON.parse(each) as unknown)
  if (kind === 'number' || kind === 'integer') return Number(entry)
  if (kind === 'choice' || kind === 'json') return JSON.parse(entry) as unknown
  return kind === 'date-time' ? new Date(entry).toISOString() : entry
}

function put(values: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    values[name] = value
    return
  }
  const before = values[name]
  const inner = isRecord(before) ? before : {}
  values[name] = inner
  put(inner, rest, value)
}
