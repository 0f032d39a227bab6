import {describe, expect, test} from 'vitest'
import {phrasesOf, toTemplateMatcher, toTemplatesMatcher} from '../../../src/lib/patterns/match-template.js'
import {createMiner} from '../../../src/lib/patterns/miner.js'

const CASES: ReadonlyArray<[template: string, message: string, is: boolean]> = [
  ['card declined for order <*>', 'card declined for order ord_83a1', true],
  ['card declined for order <*>', 'card declined  for order 7', true],
  ['card declined for order <*>', 'card declined for order', false],
  ['card declined for order <*>', 'card declined for order 7, retrying', false],
  ['card declined for order <*>', 'Card declined for order 7', false],
  ['card declined for order <*>', 'card declined for order "7"', false],
  ['<*> connected', 'alice connected', true],
  ['<*> connected', 'alice disconnected', false],
  ['user=<*> took <*>', 'user=7 took 12 ms', true],
  ['user=<*> took <*>', 'user=<*> took <*>', true],
  ['done.', 'done.', true],
  ['done.', 'done', false],
  ['<*>', 'anything', true],
  ['<*>', 'two words', false],
  ['', '', true],
  ['', 'x', false],
]

describe('a message is of a template', () => {
  test.each(CASES)('%j: %j is %j', (template, message, is) => {
    expect(toTemplateMatcher(template)(message)).toBe(is)
  })
})

test('every message that a miner counts is of the template it is counted for', () => {
  const messages = [
    ...Array.from({length: 40}, (_, i) => `card declined for order ord_${i}`),
    ...Array.from({length: 40}, (_, i) => `session of user${'abcdefgh'[i % 8]} opened in ${i} ms, role=${i % 3}`),
    ...Array.from({length: 12}, (_, i) => `GET /items/${i} 200 ${i * 7}ms "curl/8.${i}" [10.0.0.${i}]`),
    'plain words only',
    'a literal <*> in it',
    `long ${'word '.repeat(100)}`,
    '日本語 のログ 42',
    'done!',
    '  uneven   space\tand\na line ',
  ]
  const miner = createMiner({stats: {create: () => ({}), merge: () => {}}})
  for (const message of messages) miner.add(message)
  let matched = 0
  for (const {text, count} of miner.templates()) {
    const found = messages.filter(toTemplateMatcher(text)).length
    expect(found, text).toBeGreaterThanOrEqual(count)
    matched += found
  }
  expect(matched).toBe(messages.length)
  expect(messages.filter(toTemplatesMatcher(miner.templates().map(({text}) => text)))).toEqual(messages)
})

test('of several templates any may be the one', () => {
  const isOne = toTemplatesMatcher(['user <*> left', 'card declined for order <*>', '<*> connected'])
  const messages = ['user 7 left', 'alice connected', 'card declined for order 9', 'card accepted for order 9', '']
  expect(messages.map(isOne)).toEqual([true, true, true, false, false])
  expect(toTemplatesMatcher([])('anything')).toBe(false)
})

test('the words of a template that stand together, the longest first', () => {
  expect(phrasesOf('user=<*> failed to pay <*>, retrying')).toEqual(['failed to pay', ', retrying', 'user='])
  expect(phrasesOf('<*> <*>')).toEqual([])
})
