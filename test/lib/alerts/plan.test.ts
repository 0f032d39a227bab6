import {describe, expect, test} from 'vitest'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import type {Value} from '../../../src/lib/alerts/look.js'
import {countLooks, looksAtOnce, partsOf, planLooks} from '../../../src/lib/alerts/plan.js'
import type {Rule} from '../../../src/lib/alerts/rule.js'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import {matches} from '../../../src/lib/query/matches.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {makeItem} from '../../contracts/store-records.js'
import {seededRandom} from '../../support/random.js'

const START = Date.UTC(2026, 0, 1)
const DAY = 86_400_000

function evaluate(rule: Rule, from: number, to: number, records: LogRecord[]): Map<number, Record<string, Value>> {
  const plan = planLooks(rule, {from, to, finalUntil: to})
  const aggregator = new Aggregator(plan.questions)
  for (const record of records) aggregator.add(record)
  return new Map(plan.looks(aggregator.answers()).map(({at, values}) => [at, Object.fromEntries(values)]))
}

const SERVICES = ['a', 'b', undefined]
const MINUTES = 40

function madeRecords(seed: number): LogRecord[] {
  const random = seededRandom(seed)
  const below = (n: number) => Math.floor(random() * n)
  return Array.from({length: 120}, (_, i) => {
    const service = SERVICES[below(3)]
    const timestamp = new Date(START + below(MINUTES * 60) * 1_000).toISOString()
    const given = {'@timestamp': timestamp, level: below(3) === 0 ? 'ERROR' : 'INFO'} as const
    return makeItem('s', i, service === undefined ? given : {...given, service}).record
  })
}

/** What a rule measures at a moment, from the definition alone. */
function meant(rule: Rule, at: number, records: LogRecord[]): Record<string, number | undefined> {
  const keyOf = ({service}: LogRecord) => JSON.stringify(rule.groupBy.length === 0 ? [] : [service ?? null])
  const count = (key: string, from: number, to: number, query = rule.filter) =>
    records.filter((record) => {
      const ms = Date.parse(record['@timestamp'])
      return keyOf(record) === key && ms >= from && ms < to && matches(query, record)
    }).length
  const {measure, windowMs} = rule
  const values: Record<string, number | undefined> = {}
  for (const key of new Set(rule.groupBy.length === 0 ? ['[]'] : records.map(keyOf))) {
    const now = count(key, at - windowMs, at)
    if (measure.kind === 'ratio') {
      const of = count(key, at - windowMs, at, measure.of)
      if (of >= measure.minimum) values[key] = now / of
    } else if (measure.kind === 'spike') {
      const before = count(key, at - windowMs - measure.compareMs, at - windowMs)
      if (before >= measure.minimum) values[key] = (now * measure.compareMs) / (before * windowMs)
    } else if (now > 0 || rule.groupBy.length === 0 || (rule.condition === 'less_than' && count(key, at - DAY, at) > 0))
      values[key] = now
  }
  return values
}

describe.each([
  {threshold: 1, query: 'level:error'},
  {threshold: 1, condition: 'less_than'},
  {threshold: 0.2, measure: 'ratio', query: 'level:error'},
  {threshold: 2, measure: 'spike'},
  {threshold: 2, measure: 'spike', compare_with: '7m', minimum: 3},
])('every evaluation is what the definition says: %o', (fields) => {
  test.each([
    ['1m', '5m'],
    ['1m', '90s'],
    ['2m', '1m'],
    ['7s', '3m'],
    ['40s', '1m'],
    ['5m', '12h'],
    ['1h', '1m'],
  ])('every %s over %s', (every, time_window) => {
    for (const group_by of [[], ['service']]) {
      const rule = readRule({name: 'r', every, time_window, group_by, ...fields})
      const records = madeRecords(every.length + time_window.length)
      for (const [from, to] of [
        [0, Math.min(MINUTES, rule.everyMs / 1_000)],
        [11.3, 11.3 + rule.everyMs / 60_000],
        [20, 23],
      ] as const) {
        const found = evaluate(rule, START + from * 60_000, START + to * 60_000, records)
        expect(found.size).toBe(countLooks(rule, {from: START + from * 60_000, to: START + to * 60_000}))
        for (const [at, values] of found) {
          const numbers = Object.fromEntries(Object.entries(values).map(([key, {value}]) => [key, value]))
          expect(withoutAbsent(numbers), new Date(at).toISOString()).toEqual(meant(rule, at, records))
        }
      }
    }
  })
})

function withoutAbsent(values: Record<string, number | undefined>): Record<string, number | undefined> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

test('parts of a range are the range, each evaluation once', () => {
  for (const fields of [{}, {every: '7s', time_window: '11s'}, {every: '1h'}]) {
    const rule = readRule({name: 'r', threshold: 1, ...fields})
    const range = {from: START + 12_345, to: START + 3 * DAY + 1, finalUntil: START + 2 * DAY}
    let at = range.from
    let looks = 0
    for (const part of partsOf(rule, range)) {
      expect(part.from).toBe(at)
      expect(countLooks(rule, part)).toBeLessThanOrEqual(looksAtOnce(rule))
      looks += countLooks(rule, part)
      at = part.to
    }
    expect([at, looks]).toEqual([range.to, countLooks(rule, range)])
  }
})

test('nothing is asked where no evaluation is due', () => {
  const rule = readRule({name: 'r', threshold: 1})
  const plan = planLooks(rule, {from: START, to: START + 59_999, finalUntil: START})
  expect([plan.questions, plan.looks([])]).toEqual([[], []])
})

test('a long window is asked in steps only where its edges move', () => {
  const rule = readRule({name: 'r', threshold: 1, time_window: '31d'})
  const {questions} = planLooks(rule, {from: START, to: START + 120_000, finalUntil: START})
  expect(questions.map(({since, until, every}) => [since, until, every?.ms])).toEqual([
    ['2025-12-01T00:01:00.000Z', '2025-12-01T00:02:00.000Z', 60_000],
    ['2025-12-01T00:02:00.000Z', '2026-01-01T00:01:00.000Z', undefined],
    ['2026-01-01T00:01:00.000Z', '2026-01-01T00:02:00.000Z', 60_000],
  ])
})

test('evaluations up to the clock less the lateness are final', () => {
  const rule = readRule({name: 'r', threshold: 1})
  const plan = planLooks(rule, {from: START, to: START + 180_000, finalUntil: START + 119_999})
  expect(plan.looks([[]]).map(({final}) => final)).toEqual([true, false, false])
})

test('more alerts than anybody can look at are refused, also where a store would count them', () => {
  const rule = readRule({name: 'r', threshold: 0, group_by: ['message']})
  const plan = planLooks(rule, {from: START, to: START + 60_000, finalUntil: START})
  const groups = Array.from({length: 10_001}, (_, i) => ({values: [`message ${i}`], count: 1, errors: 0}))
  expect(() => plan.looks([groups])).toThrow('there are more than 10,000 different values of message to group by')
  expect(plan.looks([groups.slice(1)])[0]?.values.size).toBe(10_000)
})
