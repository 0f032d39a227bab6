import {describe, expect, test} from 'vitest'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import {healthOf} from '../../../src/lib/metrics/health.js'
import type {Measurement} from '../../../src/lib/metrics/measurement.js'
import {overview} from '../../../src/lib/metrics/overview.js'
import {chooseInterval, intervalIn, periodBefore, periodOf} from '../../../src/lib/metrics/period.js'
import {seriesOf} from '../../../src/lib/metrics/series.js'
import {serviceFigures} from '../../../src/lib/metrics/service.js'
import {timeseries} from '../../../src/lib/metrics/timeseries.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import {UTC, zoneOf} from '../../../src/lib/record/zone.js'
import {PERIOD, shopRecords} from './shop-records.js'

const ALL: QueryNode = {kind: 'all'}
const RECORDS = shopRecords()

function measured<Result>(measurement: Measurement<Result>, query = ALL, intervalMs = 600_000): Result {
  const period = periodOf(PERIOD.since, PERIOD.until)
  const before = periodBefore(period)
  const every = intervalIn(intervalMs, UTC, period.since)
  const within = ({since, until}: {since: string; until: string}) => ({query, since, until})
  const questions = measurement.questions({filter: within(period), every, ...(before ? {before: within(before)} : {})})
  const aggregator = new Aggregator(questions)
  for (const record of RECORDS) aggregator.add(record)
  return measurement.result(aggregator.answers(), {period, every, ...(before ? {before} : {})})
}

/** Counted in the plainest way there is. */
function count(test: (record: (typeof RECORDS)[number]) => boolean, {since, until} = PERIOD): number {
  return RECORDS.filter((record) => record['@timestamp'] >= since && record['@timestamp'] < until && test(record))
    .length
}

const isError = ({level}: {level?: string}) => level === 'ERROR' || level === 'FATAL'

describe('overview', () => {
  const result = measured(overview({services: 10, errors: 3}))
  const before = {since: '2026-11-20T08:00:00.000Z', until: PERIOD.since}

  test('totals and rates are those of the period', () => {
    const records = count(() => true)
    expect(result).toMatchObject({
      ...PERIOD,
      seconds: 7_200,
      interval_seconds: 600,
      records,
      errors: count(isError),
      error_rate: count(isError) / records,
      per_minute: records / 120,
      per_second: records / 7_200,
      before: {records: count(() => true, before), errors: count(isError, before)},
    })
    const was = count(() => true, before)
    expect(result.before?.records_change).toBe((records - was) / was)
  })

  test('levels and series add up to all', () => {
    const sum = (lines: Array<{records: number}>) => lines.reduce((all, {records}) => all + records, 0)
    expect(result.levels.map(({level}) => level)).toEqual(['FATAL', 'ERROR', 'WARN', 'INFO', null])
    expect(sum(result.levels)).toBe(result.records)
    expect(result.series).toHaveLength(12)
    expect(sum(result.series)).toBe(result.records)
    expect(sum(result.services)).toBe(result.records)
  })

  test('what needs a look comes first, and one that fell silent is there', () => {
    expect(result.services.map(({service, health}) => [service, health.state])).toEqual([
      ['payment', 'failing'],
      ['search', 'degraded'],
      ['mail', 'quiet'],
      ['gateway', 'healthy'],
      [null, 'unknown'],
      ['cron', 'unknown'],
    ])
    expect(result.services_count).toBe(4)
    const payment = result.services.find(({service}) => service === 'payment')
    expect(payment?.trend?.reduce((all, records) => all + records, 0)).toBe(payment?.records)
  })

  test('messages of errors, the commonest first', () => {
    const [first] = result.top_errors
    expect(first).toMatchObject({template: 'card declined for order <*>', messages: expect.any(Number)})
    expect(first?.records).toBe(count((record) => isError(record) && record.message.startsWith('card declined')))
  })
})

test('service: percentiles, hosts and errors of it alone', () => {
  const query: QueryNode = {
    kind: 'field',
    field: {in: 'record', name: 'service'},
    test: {kind: 'equals', value: 'payment', quoted: true},
  }
  const result = measured(serviceFigures({service: 'payment', hosts: 1, errors: 5}), query)
  const own = RECORDS.filter(({service, ...record}) => service === 'payment' && record['@timestamp'] >= PERIOD.since)
  const durations = own.map(({duration_ms}) => duration_ms as number).sort((a, b) => a - b)
  const rank = (percentile: number) => durations[Math.ceil((percentile * durations.length) / 100) - 1]
  expect(result).toMatchObject({
    records: own.length,
    hosts_count: 2,
    durations: {
      records: own.length,
      min_ms: durations[0],
      p50_ms: rank(50),
      p90_ms: rank(90),
      p95_ms: rank(95),
      p99_ms: rank(99),
      max_ms: durations.at(-1),
    },
    health: {state: 'failing', reason: 'error rate over 5 %'},
  })
  expect(result.hosts).toHaveLength(1)
})

describe('timeseries', () => {
  test('a series for each value, with the same stretches of the period before', () => {
    const {rows} = measured(timeseries({by: 'service', top: 2}), ALL, 1_800_000)
    expect(rows.map(({service, start}) => [service, start.slice(11, 16)])).toEqual(
      ['gateway', 'search'].flatMap((service) => ['10:00', '10:30', '11:00', '11:30'].map((time) => [service, time])),
    )
    const early = (record: {service?: string; '@timestamp': string}) =>
      record.service === 'search' && record['@timestamp'] < '2026-11-20T08:30'
    expect(rows[4]?.records_before).toBe(RECORDS.filter(early).length)
  })

  test('the whole, without records, is stretches of nothing', () => {
    const {rows} = measured(timeseries({top: 1}), {kind: 'or', nodes: []}, 3_600_000)
    const nothing = {seconds: 3_600, records: 0, errors: 0, per_second: 0, records_before: 0, errors_before: 0}
    expect(rows).toEqual([
      {start: '2026-11-20T10:00:00.000Z', ...nothing},
      {start: '2026-11-20T11:00:00.000Z', ...nothing},
    ])
  })
})

describe('health', () => {
  const figures = (records: number, errors: number) => ({
    records,
    errors,
    ...(records ? {error_rate: errors / records} : {}),
  })
  test.each([
    ['no errors', [100, 0], undefined, 'healthy'],
    ['1 % exactly', [1_000, 10], undefined, 'healthy'],
    ['over 1 %', [1_000, 11], undefined, 'degraded'],
    ['5 % exactly', [1_000, 50], undefined, 'degraded'],
    ['over 5 %', [1_000, 51], undefined, 'failing'],
    ['too few records', [19, 19], undefined, 'unknown'],
    ['just enough', [20, 2], undefined, 'failing'],
    ['a rate doubled', [1_000, 6], [1_000, 3], 'degraded'],
    ['a rate doubled by few errors', [1_000, 4], [1_000, 2], 'healthy'],
    ['errors where there were none', [1_000, 5], [1_000, 0], 'degraded'],
    ['a rate not doubled', [1_000, 7], [1_000, 4], 'healthy'],
    ['fallen by 90 %', [100, 100], [1_000, 0], 'quiet'],
    ['fallen by less', [101, 0], [1_000, 0], 'healthy'],
    ['gone', [0, 0], [20, 0], 'quiet'],
    ['never much of it', [0, 0], [19, 0], 'unknown'],
  ] as const)('%s', (_, [records, errors], before, state) => {
    const was = before && figures(before[0], before[1])
    expect(healthOf(figures(records, errors), was).state).toBe(state)
  })
})

describe('periods', () => {
  test('the one before ends where this one begins, to the nanosecond', () => {
    const period = periodOf('2026-11-20T10:00:00.000000001Z', '2026-11-20T11:00:00.000Z')
    const before = periodBefore(period)
    expect(before?.until).toBe('2026-11-20T10:00:00.000000001Z')
    expect(before?.since).toBe('2026-11-20T09:00:00.000000001Z')
    expect(periodBefore(periodOf('1970-01-01T00:10:00.000Z', '1970-01-01T01:00:00.000Z'))).toBeUndefined()
  })

  test.each([
    [60_000, 1],
    [900_000, 30],
    [3_600_000, 60],
    [86_400_000, 1_800],
    [7 * 86_400_000, 10_800],
    [366 * 86_400_000, 7 * 86_400],
  ])('%d ms is cut into stretches of %d s', (ms, seconds) => {
    expect(chooseInterval(ms)).toBe(seconds * 1_000)
  })

  test('stretches begin with the days of the zone, weeks with Mondays', () => {
    const since = '2026-11-20T10:00:00.000Z'
    const starts = (ms: number, zone: string) =>
      seriesOf([], periodOf(since, '2026-11-20T10:00:01.000Z'), intervalIn(ms, zoneOf(zone), since)).map(
        ({start}) => start,
      )
    expect(starts(86_400_000, 'Europe/Berlin')).toEqual(['2026-11-19T23:00:00.000Z'])
    expect(starts(86_400_000, 'Asia/Kathmandu')).toEqual(['2026-11-19T18:15:00.000Z'])
    expect(starts(7 * 86_400_000, 'UTC')).toEqual(['2026-11-16T00:00:00.000Z'])
  })

  test('what lies in the period only in part says how much of it', () => {
    const period = periodOf('2026-11-20T10:00:30.000Z', '2026-11-20T10:02:00.000000001Z')
    const series = seriesOf([], period, {ms: 60_000, origin: 0})
    expect(series.map(({start, seconds}) => [start.slice(14, 19), seconds])).toEqual([
      ['00:00', 30],
      ['01:00', 60],
      ['02:00', 0.001],
    ])
  })
})
