/**
 * Sentences of the server in Chinese, by their English template.
 *
 * A code names a family of problems, not a sentence, so a code alone cannot say what is wrong. The catalogue maps
 * "There is no user {id}." to its Chinese counterpart; what stands in the braces is read out of the sentence. Longer
 * templates are tried first, so that the most exact one wins. A sentence that no template fits stays English.
 */
import chinese from './serverSentences.zh-CN.json'

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

export function sentenceIn(template: Template, sentence: string): string | null {
  const found = template.pattern.exec(sentence)
  if (found === null) return null
  const values = new Map(template.names.map((name, index) => [name, found[index + 1] ?? '']))
  return template.text.replace(/{(\w+)}/g, (whole, name: string) => values.get(name) ?? whole)
}

/** *sentence* as the server says it, in *language*. */
export function serverText(sentence: string, language: string): string {
  if (language !== 'zh-CN') return sentence
  for (const template of templates) {
    const text = sentenceIn(template, sentence)
    if (text !== null) return text
  }
  return sentence
}
