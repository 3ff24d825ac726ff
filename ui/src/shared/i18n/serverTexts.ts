/**
 * Sentences of the server in Chinese, by their English template.
 *
 * A code names a family of problems, not a sentence, so a code alone cannot say what is wrong. The catalogue maps
 * "There is no user {id}." to its Chinese counterpart; what stands in the braces is read out of the sentence. Longer
 * templates are tried first, so that the most exact one wins. A sentence that no template fits stays English.
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
      return '(.+?)'
    })
    .join('')
  return { pattern: new RegExp(`^${source}$`, 's'), names, text }
}

const sentences: Record<string, string> = chinese

const templates = Object.entries(sentences)
  .sort(([a], [b]) => b.replace(/{\w+}/g, '').length - a.replace(/{\w+}/g, '').length)
  .map(([english, text]) => templateOf(english, text))

export function sentenceIn(
  template: Template,
  sentence: string,
  ofValue: (value: string) => string = (value) => value,
): string | null {
  const found = template.pattern.exec(sentence)
  if (found === null) return null
  const values = new Map(template.names.map((name, index) => [name, ofValue(found[index + 1] ?? '')]))
  return template.text.replace(/{(\w+)}/g, (whole, name: string) => values.get(name) ?? whole)
}

/** *sentence* of the server in *language*; a reason inside a sentence is translated too where it is known. */
export function serverText(sentence: string, language: string): string {
  return language === 'zh-CN' ? inChinese(sentence) : sentence
}

function inChinese(sentence: string): string {
  for (const template of templates) {
    const text = sentenceIn(template, sentence, inChinese)
    if (text !== null) return text
  }
  return sentence
}

/** The server's sentences in the language of the page: messages of incidents, reasons, notes. */
export function useServerText(): (sentence: string) => string {
  const language = useLanguage()
  return (sentence) => serverText(sentence, language)
}
