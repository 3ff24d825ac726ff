import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { resourcesFrom } from './i18n'

const SOURCE = path.resolve(import.meta.dirname, '../..')

const files = import.meta.glob<Record<string, unknown>>('/src/{app,shared,features/*}/locales/*.json', {
  eager: true,
  import: 'default',
})
const resources = resourcesFrom(files) as Record<string, Record<string, unknown>>
const english = resources.en ?? {}
const chinese = resources['zh-CN'] ?? {}

function leaves(value: unknown, prefix = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[prefix, value]])
  const entries = Object.entries(value as Record<string, unknown>)
  return new Map(entries.flatMap(([key, child]) => [...leaves(child, prefix === '' ? key : `${prefix}.${key}`)]))
}

function variables(text: string): string[] {
  return [...text.matchAll(/{{(\w+)}}/g)].map(([, name = '']) => name).sort()
}

function withoutPlurals(keys: Iterable<string>): string[] {
  return [...new Set([...keys].map((key) => key.replace(/_(one|other)$/, '')))].sort()
}

/** Texts that are the same in both languages: names, units, addresses. */
const SAME_IN_BOTH = /^[\s\d\W]*$|^(?:[A-Z0-9-]{2,}|BPMN|DMN|FEEL|JSON|CSV|Taktloom|{{\w+}}|[\s·,:;()/%.–→：，（）-])*$/

test('both languages have the same catalogues', () => {
  expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort())
})

test.each(Object.keys(english))('%s: both languages have the same keys, with the same variables', (name) => {
  const en = leaves(english[name])
  const zh = leaves(chinese[name])
  expect(withoutPlurals(zh.keys())).toEqual(withoutPlurals(en.keys()))
  // Chinese has one form for every number, so "one" needs no counterpart.
  const compared = [...en].filter(([key]) => zh.has(key) || !key.endsWith('_one'))
  for (const [key, text] of compared) expect([key, variables(zh.get(key) ?? '')]).toEqual([key, variables(text)])
})

test.each(Object.keys(english))('%s: what stands in the Chinese catalogue is Chinese', (name) => {
  const untranslated = [...leaves(chinese[name])].filter(([, text]) => !/\p{Script=Han}/u.test(text) && !SAME_IN_BOTH.test(text))
  expect(untranslated).toEqual([])
})

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) return sources(full)
    return /(?<!\.test)\.tsx?$/.test(entry.name) ? [full] : []
  })
}

test('every text that the pages ask for by name is in the catalogue', () => {
  const missing: string[] = []
  for (const file of sources(SOURCE)) {
    const code = readFileSync(file, 'utf8')
    const [, own = 'shared'] = /useTranslation\('(\w+)'\)/.exec(code) ?? []
    for (const [, key = ''] of code.matchAll(/\bt\('([\w.:-]+)'/g)) {
      const [name, rest] = key.includes(':') ? (key.split(':') as [string, string]) : [own, key]
      const known = leaves(english[name] ?? {})
      const isKnown = known.has(rest) || known.has(`${rest}_other`) || leaves(english.shared).has(rest)
      if (!isKnown) missing.push(`${path.relative(SOURCE, file)}: ${key}`)
    }
  }
  expect(missing).toEqual([])
})
