import { expect, test } from 'vitest'

import chinese from './serverSentences.zh-CN.json'

import { isTranslated, sentenceIn, serverText, templateOf } from './serverTexts'

test('what stands in the braces is carried over into the other language, in its own order', () => {
  const template = templateOf('{name} lacks the permission {permission}.', '没有权限 {permission}：{name}。')

  expect(sentenceIn(template, 'ada lacks the permission user.admin.')).toBe('没有权限 user.admin：ada。')
  expect(sentenceIn(template, 'ada has the permission.')).toBeNull()
})

test('signs that mean something in patterns are taken as they stand', () => {
  expect(sentenceIn(templateOf('Use a (b) at {x}?', '用 {x}'), 'Use a (b) at c.d?')).toBe('用 c.d')
})

test('a phrase of the server inside a sentence is translated too, a name is not', () => {
  expect(serverText("The condition 'case' gives a number, not true or false.", 'zh-CN')).toBe('条件“case”的结果是数字，而不是 true 或 false。')
  expect(serverText("The condition 'a >' is not FEEL: Expected an expression, found the end (line 1, column 4 of the expression).", 'zh-CN')).toBe(
    '条件“a >”不是 FEEL：此处应为表达式，却是结尾（表达式第 1 行第 4 列）。',
  )
})

test('an unknown sentence stays as the server said it, and English is left alone', () => {
  expect(serverText('Something nobody has translated.', 'zh-CN')).toBe('Something nobody has translated.')
  expect(isTranslated('Something nobody has translated.', 'zh-CN')).toBe(false)
  expect(isTranslated('There is no user ada.', 'zh-CN')).toBe(true)
  expect(serverText('There is no user ada.', 'en')).toBe('There is no user ada.')
})

test('a reason inside a sentence is translated too', () => {
  expect(serverText("The timer text 'x' cannot be used: it would never fire.", 'zh-CN')).toBe('定时器内容“x”无法使用：它永远不会触发。')
})

test('of several templates that fit, the most exact one speaks', () => {
  expect(serverText('There is no user task 17.', 'zh-CN')).toBe('没有用户任务 17。')
  expect(serverText('There is no user ada.', 'zh-CN')).toBe('没有用户 ada。')
})

test('a Chinese sentence uses only what its English template gives', () => {
  const names = (text: string): string[] => [...text.matchAll(/{(\w+)}/g)].map(([, name = '']) => name)
  for (const [english, text] of Object.entries<string>(chinese))
    expect([english, names(text).filter((name) => !names(english).includes(name))]).toEqual([english, []])
})
