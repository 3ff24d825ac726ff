/** The translate service of bpmn-js and dmn-js: our dictionary, else the English text; `{name}` is filled in. */
import bpmnTexts from './texts.zh-CN.json'

const DICTIONARIES: Record<string, Record<string, string>> = { 'zh-CN': bpmnTexts }

export function translated(language: string, template: string, replacements: Record<string, string> = {}): string {
  const text = DICTIONARIES[language]?.[template] ?? template
  return text.replace(/\{([^}]+)\}/g, (whole, name: string) => replacements[name] ?? whole)
}

export function translateModule(language: string) {
  const translate = (template: string, replacements?: Record<string, string>) => translated(language, template, replacements)
  return { translate: ['value', translate] }
}
