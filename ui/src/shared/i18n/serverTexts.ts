/**
 * Sentences of the server in Chinese, by their English template.
 *
 * A code names a family of problems, not a sentence, so a code alone cannot say what is wrong. The catalogue maps
 * "There is no user {id}." to its Chinese counterpart; what stands in the braces is read out of the sentence. Longer
 * templates are tried first, so that the most exact one wins. A sentence that no template fits stays English.
 *
 * Some braces hold a phrase or sentence of the server's own ("{first}", "{reason}", "{what}"): those are translated in
 * turn. The other ones hold names and values, which belong to whoever gave them.
 */
import chinese from './serverSentences.zh-CN.json'
import { useLanguage } from './useLanguage'

interface Template {
  pattern: RegExp
  names: string[]
  text: string
}

function escaped(text: string): string {
  return text.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
}

export function templateOf(english: string, text: string): Template {
  const names: string[] = []
  const source = english
    .split(/({\w+})/)
    .map((part) => {
      const [, name] = /^{(\w+)}$/.exec(part) ?? []
      if (name === undefined) return escaped(part)
      names.push(name)
      return '(.*?)'
    })
    .join('')
  return { pattern: new RegExp(`^${source}$`, 's'), names, text }
}

const sentences: Record<string, string> = chinese

const PHRASES = new Set(['cause', 'end', 'expected', 'first', 'found', 'kind', 'message', 'part', 'reason', 'state', 'status', 'unit', 'wanted', 'what', 'why'])

const templates = Object.entries(sentences)
  .sort(([a], [b]) => b.replace(/{\w+}/g, '').length - a.replace(/{\w+}/g, '').length)
  .map(([english, text]) => templateOf(english, text))

export function sentenceIn(template: Template, sentence: string): string | null {
  const found = template.pattern.exec(sentence)
  if (found === null) return null
  const value = (name: string, text: string): string => (PHRASES.has(name) ? (translated(text) ?? text) : text)
  const values = new Map(template.names.map((name, index) => [name, value(name, found[index + 1] ?? '')]))
  return template.text.replace(/{(\w+)}/g, (whole, name: string) => values.get(name) ?? whole)
}

function translated(sentence: string): string | null {
  for (const template of templates) {
    const text = sentenceIn(template, sentence)
    if (text !== null) return text
  }
  return null
}

/** *sentence* as the server says it, in *language*. */
export function serverText(sentence: string, language: string): string {
  return language === 'zh-CN' ? (translated(sentence) ?? sentence) : sentence
}

/** Whether *language* has a text of its own for *sentence*. */
export function isTranslated(sentence: string, language: string): boolean {
  return language !== 'zh-CN' || sentence === '' || translated(sentence) !== null
}

/** The server's sentences in the language of the page: messages of incidents, reasons, notes. */
export function useServerText(): (sentence: string) => string {
  const language = useLanguage()
  return (sentence) => serverText(sentence, language)
}
