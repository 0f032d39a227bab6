import {readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import type {Measurement} from '../../../src/lib/metrics/measurement.js'
import {overview} from '../../../src/lib/metrics/overview.js'
import {intervalIn, periodBefore, periodOf} from '../../../src/lib/metrics/period.js'
import {serviceFigures} from '../../../src/lib/metrics/service.js'
import {systemFigures} from '../../../src/lib/metrics/system.js'
import {timeseries} from '../../../src/lib/metrics/timeseries.js'
import {bar} from '../../../src/lib/output/bar.js'
import {overviewView} from '../../../src/lib/output/metrics-overview.js'
import {type MetricsScreen, percent, signed} from '../../../src/lib/output/metrics-parts.js'
import {serviceView} from '../../../src/lib/output/metrics-service.js'
import {systemView} from '../../../src/lib/output/metrics-system.js'
import {timeseriesTable} from '../../../src/lib/output/metrics-timeseries.js'
import {screenOf} from '../../../src/lib/output/screen.js'
import {sparkline} from '../../../src/lib/output/sparkline.js'
import {textWidth} from '../../../src/lib/output/text-width.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import {UTC} from '../../../src/lib/record/zone.js'
import {PERIOD, shopRecords} from '../metrics/shop-records.js'

// Each view as it looks, in test/cases/output/metrics-*.txt. LOGFLOW_UPDATE_CASES=1 writes them anew: look at them.

const CASES = resolve(import.meta.dirname, '../../cases/output')
const RECORDS = shopRecords()
const NOW = Date.parse('2026-11-20T12:00:00.000Z')

function measured<Result>(measurement: Measurement<Result>, query: QueryNode, intervalMs: number): Result {
  const period = periodOf(PERIOD.since, PERIOD.until)
  const before = periodBefore(period) as NonNullable<ReturnType<typeof periodBefore>>
  const every = intervalIn(intervalMs, UTC, period.since)
  const within = ({since, until}: {since: string; until: string}) => ({query, since, until})
  const aggregator = new Aggregator(measurement.questions({filter: within(period), every, before: within(before)}))
  for (const record of RECORDS) aggregator.add(record)
  return measurement.result(aggregator.answers(), {period, every, before})
}

function view(given: Partial<MetricsScreen['screen']>, more: Partial<MetricsScreen> = {}): MetricsScreen {
  return {screen: {isTerminal: true, width: 100, color: false, ...given}, zone: UTC, now: NOW, ...more}
}

const ALL: QueryNode = {kind: 'all'}
const PAYMENT: QueryNode = {
  kind: 'field',
  field: {in: 'record', name: 'service'},
  test: {kind: 'equals', value: 'payment', quoted: true},
}
const OVERVIEW = measured(overview({services: 5, errors: 3}), ALL, 300_000)
const SERVICE = measured(serviceFigures({service: 'payment', hosts: 1, errors: 3}), PAYMENT, 1_200_000)
const SYSTEM = measured(systemFigures({hosts: 3}), ALL, 600_000)
const SERIES = measured(timeseries({top: 3}), ALL, 1_200_000)
const SECONDS = [20, 30].map((second) => ({
  start: `2026-11-20T10:00:${second - 20 || '00'}.000Z`,
  seconds: 10,
  records: second,
  errors: 0,
  per_second: second / 10,
}))
const GAPS = [0, 0, 0, 0, 5, 0, 0, 7, 0, 0, 0, 0].map((records, i) => ({
  start: `2026-11-20T${String(i + 8).padStart(2, '0')}:00:00.000Z`,
  seconds: 3600,
  records,
  errors: 0,
  per_second: records / 3600,
}))
const BY_LEVEL = measured(timeseries({by: 'level', top: 2}), ALL, 3_600_000)

const VIEWS: ReadonlyArray<readonly [string, string]> = [
  ['overview-wide', overviewView(OVERVIEW, view({width: 140}, {span: 'last 2 h', compare: true}))],
  ['overview', overviewView(OVERVIEW, view({}, {span: 'last 2 h'}))],
  ['overview-narrow', overviewView(OVERVIEW, view({width: 60}, {compare: true}))],
  ['overview-ascii', overviewView(OVERVIEW, view({ascii: true}))],
  ['overview-pipe', overviewView(OVERVIEW, view({isTerminal: false, width: Number.POSITIVE_INFINITY}))],
  ['service', serviceView(SERVICE, view({}, {span: 'last 2 h', compare: true}))],
  ['system', systemView(SYSTEM, undefined, view({}))],
  ['timeseries', timeseriesTable(SERIES.rows, view({}))],
  ['timeseries-narrow', timeseriesTable(SERIES.rows, view({width: 50}))],
  ['timeseries-seconds', timeseriesTable(SECONDS, view({width: 60}))],
  ['timeseries-gaps', timeseriesTable(GAPS, view({width: 60}))],
  [
    'timeseries-gaps-levels',
    timeseriesTable(
      ['INFO', 'WARN'].flatMap((level) => GAPS.map((row) => ({...row, level}))),
      view({width: 60}),
    ),
  ],
  ['timeseries-levels', timeseriesTable(BY_LEVEL.rows, view({width: 80}))],
]

test.each(VIEWS)('%s looks as in its file', (name, text) => {
  const file = join(CASES, `metrics-${name}.txt`)
  if (process.env.LOGFLOW_UPDATE_CASES) writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
})

test('what strangers wrote cannot reach the terminal', () => {
  for (const [, text] of VIEWS) expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
})

test.each([
  ['overview-narrow', 60],
  ['overview', 100],
  ['service', 100],
  ['timeseries', 100],
])('%s fits its %d columns', (name, width) => {
  const text = VIEWS.find(([own]) => own === name)?.[1] as string
  expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(width)
})

test('colours change nothing that is read', () => {
  const plain = overviewView(OVERVIEW, view({}))
  const coloured = overviewView(OVERVIEW, view({color: true}))
  expect(coloured).not.toBe(plain)
  expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(plain)
})

describe('drawings', () => {
  test.each([
    [[0, 1, 2, 4, 8], 10, ' ▁▂▄█'],
    [[3, 3, 3], 10, '███'],
    [[0, 0], 10, '  '],
    [[0.001, 8], 10, '▁█'],
    [[], 10, ''],
    [[8, 8, 0, 0, 4], 3, '█ ▄'],
  ])('%j in %d columns is %s', (values, most, text) => {
    expect(sparkline(values, {most})).toBe(text)
  })

  test('without UTF-8 they are ASCII', () => {
    expect(sparkline([0, 1, 2, 4, 8], {ascii: true})).toBe(' _.:#')
    expect(bar(0.5, 10, {ascii: true})).toBe('#####')
    expect(bar(0.001, 10, {ascii: true})).toBe('#')
  })

  test.each([
    [0, ''],
    [0.001, '▏'],
    [0.5, '█████'],
    [0.56, '█████▋'],
    [1, '██████████'],
    [2, '██████████'],
  ])('a bar of %d', (part, text) => {
    expect(bar(part, 10, {})).toBe(text)
  })

  test.each([
    [{LANG: 'en_US.UTF-8'}, undefined],
    [{LANG: 'C.utf8'}, undefined],
    [{}, undefined],
    [{LANG: 'C'}, true],
    [{LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX'}, true],
    [{LANG: 'C', LC_CTYPE: 'C.UTF-8'}, undefined],
  ])('locale %j', (env, ascii) => {
    const stream = {isTTY: true, columns: 80} as unknown as Parameters<typeof screenOf>[0]['stream']
    expect(screenOf({stream, color: 'never', env}).ascii).toBe(ascii)
  })
})

test.each([
  [0, '0 %'],
  [0.000_01, '<0.01 %'],
  [0.000_5, '0.05 %'],
  [0.005, '0.50 %'],
  [0.121, '12.1 %'],
  [1, '100.0 %'],
])('the part %d is %s', (part, text) => {
  expect(percent(part)).toBe(text)
})

test.each([
  [0.12, '+12 %'],
  [-0.034, '-3.4 %'],
  [0, '0 %'],
  [-0.000_1, '-0.0 %'],
  [-1, '-100 %'],
  [13, '×14'],
])('a change of %d is %s', (change, text) => {
  expect(signed(change)).toBe(text)
})
