import {mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {expect, test, vi} from 'vitest'
import {layoutOf} from '../../../../src/lib/store/lake/layout.js'
import {readManifest, type SealedSegment, type Segment} from '../../../../src/lib/store/lake/manifest.js'
import {planMerge} from '../../../../src/lib/store/lake/merge.js'
import type {DamagedPart, Store} from '../../../../src/lib/store/store.js'
import {tempFolder} from '../../../support/temp-folder.js'
import {numberedItem, numberOf} from './numbered-items.js'
import {findAll, type TestLake, testLake} from './open-lake.js'

// Every question to another store starts an engine: on a busy machine that adds up.
vi.setConfig({testTimeout: 120_000})

const numbers = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i)

/** Every writer lives on the same day. */
const NOW = Date.parse('2026-11-20T20:00:00Z')

/** Writes segments of `size` records each, and says where in the order of arrival each ended. */
async function write(lake: TestLake, from: number, to: number, size = 300): Promise<string[]> {
  const store = await lake.open({now: () => NOW, limits: {records: size, onClose: 1}})
  const writer = await store.openWriter()
  const places: string[] = []
  for (let at = from; at < to; at += size) {
    await writer.write({items: numbers(at, at + size).map(numberedItem), positions: []})
    places.push(await store.position())
  }
  await writer.close()
  return places
}

const segmentsOf = (lake: TestLake) => readManifest(layoutOf(lake.dir))?.segments as SealedSegment[]
const sorted = (found: Array<{message: string}>) => found.map(numberOf).sort((a, b) => a - b)

/** What comes after a place in the order of arrival. */
async function follow(store: Store, from: string): Promise<number[]> {
  const stop = new AbortController()
  const seen: number[] = []
  for await (const event of store.follow({filter: {query: {kind: 'all'}}, from}, stop.signal)) {
    if (event.kind === 'records') seen.push(...event.records.map(numberOf))
    if (event.kind === 'gap') throw new Error(event.reason)
    if (event.kind === 'caught-up') stop.abort()
  }
  return seen
}

test('eight neighbours become one, and everything is found as before', async () => {
  const lake = testLake()
  const places = await write(lake, 0, 2_100)
  expect(segmentsOf(lake).length).toBe(7)
  expect(readManifest(layoutOf(lake.dir))?.format).toBe(1)
  await write(lake, 2_100, 2_400)
  expect(segmentsOf(lake)).toMatchObject([
    {kind: 'sealed', seq: 8, rows: 2_400, parts: numbers(1, 9).map((seq) => ({seq, rows: 300}))},
  ])
  // An older logflow must not take it for a lake with files missing.
  expect(readManifest(layoutOf(lake.dir))?.format).toBe(2)
  for (const folder of ['words', 'descriptions'])
    expect(readdirSync(join(lake.dir, folder)).map((name) => name.replace(/\..*/, ''))).toEqual(['00000001-00000008'])
  const store = await lake.open()
  const found = await findAll(store)
  const expected = numbers(0, 2_400).map((number) => numberedItem(number).record)
  const key = (record: {'@timestamp': string; source: {id: string; offset: number}}) =>
    `${record['@timestamp']} ${record.source.id} ${String(record.source.offset).padStart(9, '0')}`
  expect(found.map(({id}) => id)).toEqual([...expected].sort((a, b) => (key(a) < key(b) ? -1 : 1)).map(({id}) => id))
  expect((await findAll(store, {limit: 5, order: 'newest'})).map(({id}) => id)).toEqual(
    found
      .slice(-5)
      .reverse()
      .map(({id}) => id),
  )
  expect(await store.count({query: {kind: 'phrase', words: ['number', '1234']}})).toBe(1)
  expect((await store.get((expected[777] as {id: string}).id))?.message).toBe('number 777')
  // Places from before, at the ends of segments and within, and one from now.
  expect(await follow(store, '0.0.0')).toEqual(numbers(0, 2_400))
  for (const [at, place] of places.entries()) expect(await follow(store, place)).toEqual(numbers((at + 1) * 300, 2_400))
  expect(await follow(store, '4.150.9999')).toEqual(numbers(1_050, 2_400))
  const now = await store.position()
  // What is stored later, and merged with it later still, comes after all that.
  await write(lake, 2_400, 5_100)
  expect(segmentsOf(lake).length).toBeLessThan(9)
  expect(await follow(store, now)).toEqual(numbers(2_400, 5_100))
  expect(await follow(store, '4.150.9999')).toEqual(numbers(1_050, 5_100))
  expect(sorted(await findAll(store))).toEqual(numbers(0, 5_100))
})

test('a merged segment is told of when damaged, set aside as one, and shipped again', async () => {
  const lake = testLake()
  await write(lake, 0, 2_400)
  await write(lake, 2_400, 2_700)
  const [merged, rest] = segmentsOf(lake)
  const path = layoutOf(lake.dir).sealed(merged as SealedSegment)
  expect(rest).toMatchObject({seq: 9, rows: 300})
  truncateSync(path, 1_000)
  const told: DamagedPart[] = []
  const store = await lake.open({onDamage: (part) => told.push(part)})
  expect(sorted(await findAll(store))).toEqual(numbers(2_400, 2_700))
  expect(told).toMatchObject([{file: path, records: 2_400, setAside: false, restorable: true}])
  const writer = await store.openWriter()
  expect(readdirSync(join(lake.dir, 'damaged'))).toContain(basename(path))
  const items = numbers(0, 2_700).map(numberedItem)
  expect(await writer.write({items, positions: []})).toEqual({stored: 2_400, alreadyThere: 300, rejected: []})
  await writer.close()
  expect(sorted(await findAll(await lake.open()))).toEqual(numbers(0, 2_700))
})

test('a damaged part is not merged, and neither are its neighbours with it', async () => {
  const lake = testLake()
  await write(lake, 0, 2_100)
  const path = layoutOf(lake.dir).sealed({seq: 3})
  const size = segmentsOf(lake)[2]?.bytes as number
  truncateSync(path, size - 1)
  truncateSync(path, size)
  await write(lake, 2_100, 2_400)
  expect(segmentsOf(lake).length).toBe(8)
  const damaged: DamagedPart[] = []
  const store = await lake.open({onDamage: (part) => damaged.push(part)})
  await store.inspect?.({})
  expect(damaged).toMatchObject([{file: path}])
})

test('who reads while segments are merged, and their files go, reads everything', async () => {
  const lake = testLake()
  await write(lake, 0, 28_000, 4_000)
  const reader = await lake.open()
  const pages = reader
    .search({query: {kind: 'all'}, order: 'oldest', limit: Number.POSITIVE_INFINITY})
    [Symbol.asyncIterator]()
  const found = [...((await pages.next()).value ?? [])]
  await write(lake, 28_000, 32_000, 4_000)
  const [merged] = segmentsOf(lake)
  expect(merged?.parts?.length).toBe(8)
  for (const {seq} of merged?.parts ?? []) rmSync(layoutOf(lake.dir).sealed({seq}))
  for (let page = await pages.next(); !page.done; page = await pages.next()) found.push(...page.value)
  // What was stored since may come or not: it may lie before the place that was reached.
  expect(sorted(found).filter((number) => number < 28_000)).toEqual(numbers(0, 28_000))
})

const DAY = '2026-11-20T'

/** Segments as the manifest names them: rows, and when they were stored. A number below 0 is a hot one. */
function planned(given: Array<[rows: number, stored: string]>, now = NOW) {
  const layout = layoutOf(tempFolder())
  mkdirSync(layout.descriptionsDir)
  const segments = given.map(([rows, stored], i): Segment => {
    if (rows < 0) return {kind: 'hot', seq: i + 1}
    writeFileSync(layout.description({seq: i + 1}), '')
    return {kind: 'sealed', seq: i + 1, rows, raw: rows * 300, bytes: rows * 30, min: 0, max: 1, stored}
  })
  return planMerge(layout, segments, {now, atOnce: 8})?.map(({seq}) => seq)
}

const today = (...rows: number[]) => rows.map((each): [number, string] => [each, `${DAY}10:00:00.000Z`])
const before = (...rows: number[]) => rows.map((each): [number, string] => [each, '2026-11-19T10:00:00.000Z'])

test.each<[string, Array<[number, string]>, number[] | undefined]>([
  ['seven wait for the eighth', today(...Array(7).fill(15_000)), undefined],
  ['eight are merged', today(...Array(8).fill(15_000)), numbers(1, 9)],
  ['as many as fit', today(...Array(14).fill(15_000)), numbers(1, 9)],
  ['no more than fit, though they are few', today(50_000, 50_000, 50_000), [1, 2]],
  ['one that is large stays', today(125_000, 12_000, 12_000), undefined],
  ['those after a large one', today(125_000, ...Array(8).fill(6_000)), numbers(2, 10)],
  ['one that is most of it is not written anew', [...before(110_000, 6_000), ...today(1)], undefined],
  ['what is left of a day that is over', [...before(20_000, 20_000), ...today(20_000, 20_000)], [1, 2]],
  ['only neighbours', [...before(20_000), [-1, ''], ...before(20_000), [-1, '']], undefined],
  ['never two days', [...before(20_000), ...today(...Array(7).fill(10_000))], undefined],
  ['nothing', [], undefined],
])('what is merged: %s', (_, given, expected) => {
  expect(planned(given)).toEqual(expected)
})

test('nothing is merged where that is switched off', () => {
  const layout = layoutOf(tempFolder())
  const segment: Segment = {
    kind: 'sealed',
    seq: 1,
    rows: 1,
    raw: 1,
    bytes: 1,
    min: 0,
    max: 1,
    stored: `${DAY}10:00:00.000Z`,
  }
  expect(
    planMerge(layout, [segment, {...segment, seq: 2}], {now: NOW, atOnce: Number.POSITIVE_INFINITY}),
  ).toBeUndefined()
})

test('rows of many bytes make smaller segments', () => {
  const layout = layoutOf(tempFolder())
  mkdirSync(layout.descriptionsDir)
  const segments = numbers(1, 21).map((seq): Segment => {
    writeFileSync(layout.description({seq}), '')
    return {
      kind: 'sealed',
      seq,
      rows: 1_000,
      raw: 10 * 2 ** 20,
      bytes: 1,
      min: 0,
      max: 1,
      stored: `${DAY}10:00:00.000Z`,
    }
  })
  expect(planMerge(layout, segments, {now: NOW, atOnce: 8})?.length).toBe(9)
})
