import {expect, test} from 'vitest'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import type {Value} from '../../../src/lib/alerts/look.js'
import {planLooks} from '../../../src/lib/alerts/plan.js'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import {makeItem} from '../../contracts/store-records.js'

const START = Date.UTC(2026, 0, 1)
const MINUTE = 60_000

/** Messages by the minute (or fractions) they came at, and what a rule with a baseline of 10 min finds at each minute. */
function find(
  messages: Array<[minute: number, message: string, service?: string]>,
  {from = 0, to = 15, ...fields}: {from?: number; to?: number; group_by?: string[]} = {},
): Array<Record<string, Value>> {
  const rule = readRule({name: 'r', measure: 'new_pattern', time_window: '1m', baseline: '10m', ...fields})
  const range = {from: START + from * MINUTE, to: START + to * MINUTE, finalUntil: Number.POSITIVE_INFINITY}
  const plan = planLooks(rule, range)
  const aggregator = new Aggregator(plan.questions)
  for (const [i, [minute, message, service = 's']] of messages.entries()) {
    const timestamp = new Date(START + minute * MINUTE).toISOString()
    aggregator.add(makeItem('x', i, {'@timestamp': timestamp, message, service}).record)
  }
  return plan.looks(aggregator.answers()).map(({values}) => Object.fromEntries(values))
}

const valuesOf = (found: Array<Record<string, Value>>) => found.map((values) => values['[]']?.value)

/** What was there all the time. */
const STEADY = Array.from({length: 31}, (_, i): [number, string] => [i - 15 + 0.1, `order ${i} paid in 20 ms`])

test('the same message with other values is not new', () => {
  const found = find(
    [
      ...STEADY,
      [1.5, 'order 18 paid in 31 ms'],
      [2.5, 'card declined for order 19'],
      [2.7, 'card declined for order 20'],
    ],
    {to: 4},
  )
  expect(valuesOf(found)).toEqual([0, 0, 2, 0])
  expect(found[2]?.['[]']?.detail).toEqual({
    patterns: 1,
    pattern: 'card declined for order <*>',
    example: 'card declined for order 19',
  })
})

test('where logs have just begun, nothing is said to be new', () => {
  const found = find([...STEADY.filter(([minute]) => minute > 1), [3.5, 'disk failing'], [9.5, 'link down']], {to: 12})
  const none = Array.from({length: 7}, () => undefined)
  expect(valuesOf(found)).toEqual([...none, 0, 0, 1, 0, 0])
})

test('it is new again once the baseline has forgotten it', () => {
  const found = find([...STEADY, [1.5, 'disk failing'], [3.5, 'disk failing'], [14.5, 'disk failing']], {to: 16})
  expect(valuesOf(found).flatMap((value, i) => (value ? [i] : []))).toEqual([1, 14])
})

test('a word that varies in the time before makes nothing new', () => {
  const names = ['anna', 'bert', 'carla', 'doro', 'emil', 'fritz']
  const before = names.map((name, i): [number, string] => [i / 10, `user ${name} signed in from the office`])
  const found = find([...STEADY, ...before, [1.5, 'user gerd signed in from the office']], {to: 2})
  expect(valuesOf(found)).toEqual([6, 0])
})

test('each group has a time before of its own', () => {
  const found = find(
    [
      [-5.5, 'started', 'a'],
      [1.5, 'stopped', 'a'],
      [-5.5, 'stopped', 'b'],
      [1.5, 'stopped', 'b'],
      [2.5, 'started', 'b'],
      [1.5, 'started', 'c'],
    ],
    {to: 3, group_by: ['service']},
  )
  expect(found.map((values) => Object.keys(values))).toEqual([[], ['["a"]'], ['["b"]']])
})

test('a long range finds what short ones find', () => {
  const kinds = ['disk full', 'link to the replica is down', 'cache was built anew', 'job taken', 'no answer: given up']
  const messages = Array.from({length: 60}, (_, i): [number, string] => [
    i / 4,
    kinds[(i * i + (i >> 4)) % 5] as string,
  ])
  const some = [...STEADY, ...messages.filter((_, i) => i % 16 < 3)]
  const whole = find(some)
  const single = whole.flatMap((_, i) => find(some, {from: i, to: i + 1}))
  expect(whole).toEqual(single)
  expect(valuesOf(whole).filter((value) => value).length).toBeGreaterThan(2)
})
