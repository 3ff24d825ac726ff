/** form-js behind the few calls that this product uses; imported only when a form is shown. */
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css'

import { Form } from '@bpmn-io/form-js-viewer'
import flatpickr from 'flatpickr'
import { english } from 'flatpickr/dist/esm/l10n/default'
import { Mandarin } from 'flatpickr/dist/esm/l10n/zh'

import type { Language } from '@/shared/i18n/i18n'

import formTexts from './formTexts.zh-CN.json'

export interface FormInstance {
  importSchema: (schema: unknown, data: Record<string, unknown>) => Promise<unknown>
  submit: () => { data: Record<string, unknown>; errors: Record<string, string[]> }
  on: (name: 'changed', heard: (event: { data: Record<string, unknown> }) => void) => void
  /** Messages at fields, by their keys. */
  mark: (messages: Record<string, string>) => void
  destroy: () => void
}

/** What is used of form-js; of showing errors from elsewhere it has no public way. */
interface Made extends Omit<FormInstance, 'mark'> {
  get: (name: 'formFieldRegistry') => { getAll: () => { id: string; key?: string }[] }
  _setState: (state: { errors: Record<string, string[]> }) => void
}

const CHINESE: Record<string, string> = formTexts

/** The `translate` of bpmn.io libraries: a template and what stands in its braces. */
export function translateToChinese(template: string, replacements: Record<string, string | number> = {}): string {
  const text = CHINESE[template] ?? template
  return text.replace(/{([^}]+)}/g, (whole, name: string) => {
    const value = replacements[name]
    return value === undefined ? whole : `${value}`
  })
}

export function makeForm(container: HTMLElement, language: Language, mode: 'edit' | 'read'): FormInstance {
  // The calendar of date fields is flatpickr, which has its texts apart.
  flatpickr.localize(language === 'zh-CN' ? Mandarin : english)
  const additionalModules = language === 'zh-CN' ? [{ translate: ['value', translateToChinese] }] : []
  // Without its delay of 300 ms, what was typed just before Ctrl+Enter is sent too.
  const options = { container, additionalModules, debounce: false, properties: { readOnly: mode === 'read' } }
  const form = new Form(options) as unknown as Made
  return {
    importSchema: (schema, data) => form.importSchema(schema, data),
    submit: () => form.submit(),
    on: (name, heard) => form.on(name, heard),
    destroy: () => form.destroy(),
    mark: (messages) => {
      const fields = form.get('formFieldRegistry').getAll()
      const errors = fields.flatMap(({ id, key }) => (key !== undefined && messages[key] !== undefined ? [[id, [messages[key]]]] : []))
      form._setState({ errors: Object.fromEntries(errors) as Record<string, string[]> })
    },
  }
}
