import {describe, expect, test} from 'vitest'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import {compareCodePoints} from '../../../src/lib/metrics/code-points.js'
import {type Group, intervalStart, percentileRank, type Question} from '../../../src/lib/metrics/question.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {makeItem} from '../../contracts/store-records.js'

const ALL: QueryNode = {kind: 'all'}

function answer(question: Question, records: Array<Partial<LogRecord>>): Group[] {
  const aggregator = new Aggregator([question])
  for (const [i, given] of records.entries()) aggregator.add(makeItem('s', i, given).record)
  return aggregator.answers()[0] as Group[]
}

describe('percentiles are nearest ranks', () => {
  // Ranks that a computer's fractions get wrong are among them: 0.07 · 100 is 7.000000000000001.
  test.each([
    [50, 1, 1],
    [50, 2, 1],
    [50, 3, 2],
    [95, 20, 19],
    [95, 21, 20],
    [7, 100, 7],
    [99.9, 1_000, 999],
    [99.9, 1_001, 1_000],
    [0.001, 5, 1],
    [100, 5, 5],
    [29, 100, 29],
    [57, 100, 57],
  ])('p%d of %d values is the %d.', (percentile, count, rank) => {
    expect(percentileRank(percentile, count)).toBe(rank)
  })

  test('of records that have a duration', () => {
    const durations = [15, 20, 35, 40, 50, undefined]
    const records = durations.map((duration_ms) => (duration_ms === undefined ? {} : {duration_ms}))
    expect(answer({query: ALL, percentiles: [5, 30, 40, 50, 100]}, records)).toEqual([
      {count: 6, errors: 0, durations: {count: 5, min: 15, max: 50, percentiles: [15, 20, 20, 35, 50]}},
    ])
  })

  test('where no record has one there are none', () => {
    expect(answer({query: ALL, percentiles: [50]}, [{}])).toEqual([{count: 1, errors: 0}])
  })
})

test('stretches of time begin at the origin, before it too', () => {
  const every = {ms: 1_000, origin: 300}
  expect([-701, -700, 299, 300, 1_299, 1_300].map((ms) => intervalStart(ms, every))).toEqual([
    -1_700, -700, -700, 300, 300, 1_300,
  ])
})

test('a record lies in the stretch of its millisecond, whatever its fraction digits', () => {
  const times = ['00Z', '00.999Z', '00.9999999Z', '01.000000000Z', '01.5Z']
  const records = times.map((time) => ({'@timestamp': `2026-11-20T10:00:${time}`}))
  const start = Date.UTC(2026, 10, 20, 10)
  expect(answer({query: ALL, every: {ms: 1_000, origin: 0}}, records)).toEqual([
    {start, count: 3, errors: 0},
    {start: start + 1_000, count: 2, errors: 0},
  ])
})

test('groups: most records first, then by value, and those without one last', () => {
  const services = ['b', 'a', undefined, 'c', 'c', '', '🎉', '\ue000', 's'.repeat(513)]
  const records = services.map((service) => (service === undefined ? {} : {service}))
  const groups = answer({query: ALL, by: 'service'}, records)
  expect(groups.map(({key, count}) => [key, count])).toEqual([
    ['c', 2],
    // Longer names than queries know are none.
    [undefined, 2],
    ['', 1],
    ['a', 1],
    ['b', 1],
    ['\ue000', 1],
    ['🎉', 1],
  ])
})

test('more values than can be held are refused, or counted together where that will do', () => {
  const records = ['a', 'b', 'c', 'a', 'd'].map((message, i) => makeItem('s', i, {message}).record)
  const counted = (question: Question) => {
    const aggregator = new Aggregator([question], {mostValues: 2})
    for (const record of records) aggregator.add(record)
    return aggregator.answers()[0]?.map(({key, count}) => [key, count])
  }
  expect(() => counted({query: ALL, by: 'message'})).toThrow('more than 2 different values of message')
  expect(counted({query: ALL, by: 'message', bounded: true})).toEqual([
    ['a', 2],
    [undefined, 2],
    ['b', 1],
  ])
})

test('only the greatest, each with its stretches in turn', () => {
  const at = (second: number, service: string, level: 'INFO' | 'FATAL') => ({
    '@timestamp': `2026-11-20T10:00:0${second}.000Z`,
    service,
    level,
  })
  const records = [at(5, 'a', 'INFO'), at(1, 'b', 'INFO'), at(0, 'a', 'FATAL'), at(5, 'b', 'INFO'), at(6, 'c', 'INFO')]
  const start = Date.UTC(2026, 10, 20, 10)
  expect(answer({query: ALL, by: 'service', every: {ms: 5_000, origin: 0}, top: 1}, records)).toEqual([
    {key: 'a', start, count: 1, errors: 1},
    {key: 'a', start: start + 5_000, count: 1, errors: 0},
  ])
})

test('first and last times to the nanosecond, with the digits they need', () => {
  const times = ['00.5Z', '00.500000001Z', '00.499999999Z', '03Z', '02.999999000Z']
  const records = times.map((time) => ({'@timestamp': `2026-11-20T10:00:${time}`}))
  const [group] = answer({query: ALL, times: true}, records)
  expect([group?.first, group?.last]).toEqual(['2026-11-20T10:00:00.499999999Z', '2026-11-20T10:00:03.000Z'])
})

test('each question has its own filter', () => {
  const aggregator = new Aggregator([
    {query: {kind: 'level', levels: ['ERROR']}},
    {query: ALL, since: '2026-11-20T10:00:00.000000001Z'},
    {query: ALL, until: '2026-11-20T10:00:00.000000001Z', by: 'level'},
  ])
  aggregator.add(makeItem('s', 0, {level: 'ERROR', '@timestamp': '2026-11-20T10:00:00.000Z'}).record)
  aggregator.add(makeItem('s', 1, {level: 'INFO', '@timestamp': '2026-11-20T10:00:00.000000001Z'}).record)
  expect(aggregator.answers()).toEqual([
    [{count: 1, errors: 1}],
    [{count: 1, errors: 0}],
    [{key: 'ERROR', count: 1, errors: 1}],
  ])
})

test('code points are compared as their UTF-8 bytes are', () => {
  const texts = ['', 'a', 'ab', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '😀a', '😁', 'a😀', 'a\uffff']
  const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  expect([...texts].sort(compareCodePoints)).toEqual(byBytes)
})
