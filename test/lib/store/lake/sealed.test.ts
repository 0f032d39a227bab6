import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {Duck} from '../../../../src/lib/store/lake/duckdb.js'
import {layoutOf} from '../../../../src/lib/store/lake/layout.js'
import {readManifest, type SealedSegment} from '../../../../src/lib/store/lake/manifest.js'
import {readWords} from '../../../../src/lib/store/lake/segment-words.js'
import {makeItem} from '../../../contracts/store-records.js'
import {tempFolder} from '../../../support/temp-folder.js'
import {findAll, testLake, writeAll} from './open-lake.js'

const RECORDS = 45_000
/** Ids come in threes, as those of a trace do. */
const hex = (number: number, length: number) => hexOf(Math.floor(number / 3), length)
const hexOf = (i: number, length: number) => (Math.imul(i + 1, 2_654_435_761) >>> 0).toString(16).padStart(length, '0')

async function sealedLake() {
  const lake = testLake()
  const store = await lake.open({limits: {onClose: 1}})
  const items = Array.from({length: RECORDS}, (_, i) =>
    makeItem(
      'app',
      i * 10,
      {
        '@timestamp': new Date(Date.UTC(2026, 10, 20) + ((i * 7_919) % RECORDS)).toISOString(),
        trace_id: hex(i, 32),
        span_id: hex(i, 16),
        parent_span_id: hex(i + 1, 16),
        request_id: `req-${hex(i, 12)}`,
        correlation_id: `order-${hex(i, 12)}`,
        message: `line ${i}`,
      },
      10,
    ),
  )
  await writeAll(store, items, 5_000)
  const path = join(lake.dir, 'sealed', '00000001.parquet')
  const duck = new Duck({memoryLimitMb: 256, threads: 1, tempDir: tempFolder()})
  return {lake, store, path, duck}
}

test('sealed segments have Bloom filters for every id, sorted times, and what arrival needs', async () => {
  const {lake, store, path, duck} = await sealedLake()
  const ids = ['trace_id', 'span_id', 'parent_span_id', 'request_id', 'correlation_id']
  const filters = await duck.rows(
    `SELECT path_in_schema, count(*), count(bloom_filter_offset) FROM parquet_metadata('${path}') GROUP BY 1`,
  )
  const groups = Object.fromEntries(filters.map(([name, all, filtered]) => [name, {all, filtered}]))
  for (const id of ids) expect({id, ...groups[id]}).toEqual({id, all: 5, filtered: 5})
  for (const id of ids) {
    const probe = `SELECT count(*) FILTER (WHERE NOT bloom_filter_excludes), count(*) FROM parquet_bloom_probe('${path}', '${id}', $1)`
    const known = (await findAll(store, {limit: 1}))[0]?.[id as 'trace_id'] as string
    expect((await duck.rows(probe, [known]))[0]?.[0]).toBeGreaterThanOrEqual(1)
    let kept = 0
    for (let i = 0; i < 20; i++) kept += Number((await duck.rows(probe, [`absent-${i}`]))[0]?.[0])
    expect(kept).toBeLessThan(20)
  }
  const parts = await duck.rows(
    `SELECT row_group_num_rows FROM parquet_metadata('${path}') WHERE path_in_schema = 'time' ORDER BY row_group_id`,
  )
  const blocks = readWords(layoutOf(lake.dir), readManifest(layoutOf(lake.dir))?.segments[0] as SealedSegment)
  expect(blocks?.map(({rows}) => [rows])).toEqual(parts)
  const unsorted = await duck.rows(
    `SELECT count(*) FROM (SELECT time, lag(time) OVER (ORDER BY file_row_number) AS before FROM read_parquet('${path}', file_row_number = true)) WHERE time < before`,
  )
  expect(unsorted).toEqual([[0]])
  const arrival = await duck.rows(`SELECT count(DISTINCT n), min(n), max(n) FROM '${path}'`)
  expect(arrival).toEqual([[RECORDS, 0, RECORDS - 1]])
  await duck.close()
})

test.each([
  ['in order', (i: number) => i],
  ['in order but for the last', (i: number) => (i === 4_999 ? 0 : i)],
  ['in order but for the first of the next writer', (i: number) => (i === 2_500 ? 0 : i)],
])('rows that came %s are sealed in order', async (_, minute) => {
  const lake = testLake()
  const items = Array.from({length: 5_000}, (_, i) =>
    makeItem('app', i * 10, {'@timestamp': new Date(Date.UTC(2026, 10, 20) + minute(i) * 60_000).toISOString()}, 10),
  )
  const store = await lake.open({limits: {onClose: 5_000}})
  await writeAll(store, items.slice(0, 2_500), 1_000)
  await writeAll(store, items.slice(2_500), 1_000)
  const duck = new Duck({memoryLimitMb: 256, threads: 1, tempDir: tempFolder()})
  const path = join(lake.dir, 'sealed', '00000001.parquet')
  const rows = await duck.rows(`SELECT time, byte_offset FROM read_parquet('${path}')`)
  await duck.close()
  const key = (row: unknown[]) => (row[0] as number) * 1e5 + (row[1] as number)
  expect(rows.length).toBe(5_000)
  expect(rows.findIndex((row, i) => i > 0 && key(row) < key(rows[i - 1] as unknown[]))).toBe(-1)
})

test('everything in the folder is for its owner alone', async () => {
  const {lake, duck} = await sealedLake()
  await duck.close()
  const entries = readdirSync(lake.dir, {recursive: true, encoding: 'utf8'}).map((name) => join(lake.dir, name))
  expect(entries.length).toBeGreaterThan(5)
  for (const path of [lake.dir, ...entries]) {
    const stat = statSync(path)
    expect({path, mode: (stat.mode & 0o777).toString(8)}).toEqual({path, mode: stat.isDirectory() ? '700' : '600'})
  }
})

test('a writer goes on in a segment that was too small to seal', async () => {
  const lake = testLake()
  const store = await lake.open({limits: {records: 100, onClose: 50}})
  const batch = (b: number) => Array.from({length: 30}, (_, i) => makeItem('app', (b * 30 + i) * 10, {}, 10))
  await writeAll(store, batch(0))
  expect((await store.status()).parts).toEqual({hot: 1, sealed: 0})
  await writeAll(store, batch(1))
  expect((await store.status()).parts).toEqual({hot: 0, sealed: 1})
  await writeAll(store, [...batch(1), ...batch(2)])
  expect((await store.status()).parts).toEqual({hot: 1, sealed: 1})
  expect((await findAll(store)).length).toBe(90)
})

test('records that columns cannot hold come back exactly', async () => {
  const lake = testLake()
  const lone = '\ud83d half, \udc00 other half, 🎉 whole'
  const items = [
    makeItem('app', 0, {message: lone, service: 'pay\ud800', attributes: {'key \udfff': [lone], fine: '\\ud83d'}}),
    makeItem('app', 100, {error: {}, attributes: {}}),
    makeItem('app', 200, {attributes: {text: 'an escape, \\ud800, that is only written out', both: '\\\ud800'}}),
  ]
  for (const onClose of [1_000, 1]) {
    const store = await lake.open({limits: {onClose}})
    await writeAll(store, items)
    for (const item of items) {
      const {ingested_at, ...record} = (await store.get(item.record.id)) ?? {}
      expect(record).toEqual(item.record)
      expect(typeof ingested_at).toBe('string')
    }
    expect(await store.count({query: {kind: 'phrase', words: ['other', 'half', 'whole']}})).toBe(1)
  }
})

test('records no column can take are refused one by one, with the reason', async () => {
  const store = await testLake().open()
  const writer = await store.openWriter()
  const items = [
    makeItem('app', 0),
    makeItem('app', 100, {'@timestamp': 'yesterday'}),
    makeItem('app', 200, {severity_number: 1e9}),
    makeItem('app', 300, {duration_ms: Number.NaN}),
    makeItem('app', 400, {'@timestamp': '2026-13-20T10:00:00.000Z'}),
    makeItem('app', 500),
  ]
  const result = await writer.write({items, positions: []})
  expect(result).toMatchObject({stored: 2, alreadyThere: 0})
  expect(result.rejected.map(({index}) => index)).toEqual([1, 2, 3, 4])
  expect(result.rejected[0]?.reason).toContain('"yesterday"')
  const again = await writer.write({items, positions: []})
  expect(again).toMatchObject({stored: 0, alreadyThere: 2})
  expect(again.rejected.length).toBe(4)
  await writer.close()
})

test('what is refused is told before the position moves, and a failure there stores nothing', async () => {
  const store = await testLake().open()
  const writer = await store.openWriter()
  const batch = {
    items: [makeItem('app', 0), makeItem('app', 100, {'@timestamp': 'yesterday'})],
    positions: [{topic: 'logs', partition: 0, nextOffset: 2}],
  }
  const full = async () => {
    throw new Error('the dead letters are full')
  }
  await expect(writer.write({...batch, onRejected: full})).rejects.toThrow('the dead letters are full')
  expect(writer.storedPosition('logs', 0)).toBeUndefined()
  expect(await store.count({query: {kind: 'all'}})).toBe(0)
  const told: unknown[] = []
  const result = await writer.write({
    ...batch,
    async onRejected(rejected) {
      told.push(
        rejected.map(({index}) => index),
        writer.storedPosition('logs', 0),
      )
    },
  })
  expect(result).toMatchObject({stored: 1, alreadyThere: 0})
  expect(told).toEqual([[1], undefined])
  expect(writer.storedPosition('logs', 0)).toBe(2)
  await writer.close()
})
