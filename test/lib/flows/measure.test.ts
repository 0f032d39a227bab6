import {expect, test} from 'vitest'
import {measureStore, measureUnits} from '../../../src/lib/flows/measure.js'
import {parseUnits} from '../../../src/lib/flows/parse-units.js'
import {overview} from '../../../src/lib/metrics/overview.js'
import {periodOf} from '../../../src/lib/metrics/period.js'
import {timeseries} from '../../../src/lib/metrics/timeseries.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import {UTC} from '../../../src/lib/record/zone.js'
import type {StoreItem} from '../../../src/lib/store/store.js'
import {toUnitBatch, type UnitBatch} from '../../../src/lib/units/unit-batch.js'
import {testLake, writeAll} from '../store/lake/open-lake.js'

const ALL: QueryNode = {kind: 'all'}
const ENVELOPE = {source: 'a', observed: '2026-11-20T12:00:00.000Z', timezone: 'UTC', host: 'web-1'}

/** Lines `seconds` apart from 10:00 on, every fifth an error. */
function lines(count: number, seconds: number): string[] {
  return Array.from({length: count}, (_, i) => {
    const time = new Date(Date.UTC(2026, 10, 20, 10) + i * seconds * 1_000).toISOString()
    const level = i % 5 === 0 ? 'ERROR' : 'INFO'
    return JSON.stringify({time, level, service: `s${i % 3}`, msg: `m${i % 7}`, duration_ms: i % 11})
  })
}

async function* units(texts: string[]): AsyncGenerator<UnitBatch> {
  for (let at = 0; at < texts.length; at += 1_000) {
    const some = texts.slice(at, at + 1_000)
    yield toUnitBatch(
      ENVELOPE,
      some.map((text, i) => ({bytes: Buffer.from(text), offset: (at + i) * 1_000, line: at + i + 1})),
    )
  }
}

test('files and the store give the same answer', async () => {
  const texts = lines(500, 10)
  const items: StoreItem[] = []
  for await (const page of parseUnits(units(texts)))
    for (const record of page) items.push({record, key: {source: 'a', offset: record.source.offset, crc: 1}, span: 1})
  const store = await testLake().open()
  await writeAll(store, items)
  const period = periodOf('2026-11-20T10:30:00.000Z', '2026-11-20T11:00:00.000Z')
  const options = {query: ALL, period, zone: UTC, withBefore: true}
  const measurement = overview({services: 5, errors: 3})
  const stored = await measureStore(store, measurement, options)
  expect(stored.records).toBe(180)
  expect(stored.before?.records).toBe(180)
  expect(await measureUnits(units(texts), measurement, options)).toEqual(stored)
})

test('files without a period are measured from their first record to their last', async () => {
  const result = await measureUnits(units(lines(361, 10)), timeseries({top: 1}), {
    query: ALL,
    zone: UTC,
    withBefore: false,
  })
  expect(result?.records).toBe(361)
  // An hour and the last record's millisecond.
  expect(result?.rows).toHaveLength(13)
  expect(result?.rows.map(({records}) => records)).toEqual([...Array.from({length: 12}, () => 30), 1])
  expect(result?.rows[0]?.start).toBe('2026-11-20T10:00:00.000Z')
})

test('times far apart make stretches longer, and nothing is lost', async () => {
  // A line every hour and a half: more stretches of a second than are kept.
  const texts = lines(12_000, 5_400)
  const result = await measureUnits(units(texts), overview({services: 5, errors: 1}), {
    query: ALL,
    zone: UTC,
    withBefore: false,
  })
  expect(result?.records).toBe(12_000)
  expect(result?.series.reduce((sum, {records}) => sum + records, 0)).toBe(12_000)
  expect(result?.series.length).toBeLessThan(62)
  for (const {trend = [], records} of result?.services ?? [])
    expect(trend.reduce((sum, count) => sum + count, 0)).toBe(records)
})

test('nothing to measure', async () => {
  const nothing = await measureUnits(units([]), timeseries({top: 1}), {query: ALL, zone: UTC, withBefore: false})
  expect(nothing).toBeUndefined()
})

test('an interval that cuts the period into dust is refused', async () => {
  const store = await testLake().open()
  const period = periodOf('2026-01-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z')
  const asked = measureStore(store, timeseries({top: 1}), {
    query: ALL,
    period,
    intervalMs: 1,
    zone: UTC,
    withBefore: false,
  })
  await expect(asked).rejects.toThrow('the interval would make')
})
