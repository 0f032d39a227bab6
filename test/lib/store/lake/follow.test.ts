import {rmSync, truncateSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {FollowEvent, Store} from '../../../../src/lib/store/store.js'
import {numberedItem, numberOf} from './numbered-items.js'
import {testLake, writeAll} from './open-lake.js'

const items = (from: number, to: number) => Array.from({length: to - from}, (_, i) => numberedItem(from + i))

/** Follows until `enough` records or a gap have come. */
async function follow(store: Store, from: string, enough: number): Promise<{numbers: number[]; events: FollowEvent[]}> {
  const stop = new AbortController()
  const events: FollowEvent[] = []
  const numbers: number[] = []
  for await (const event of store.follow({filter: {query: {kind: 'all'}}, from}, stop.signal)) {
    events.push(event)
    if (event.kind === 'records') numbers.push(...event.records.map(numberOf))
    if (numbers.length >= enough || (event.kind === 'gap' && enough === 0)) stop.abort()
  }
  return {numbers, events}
}

test('a place taken long ago leads through segments sealed and removed since, in the order of arrival', async () => {
  const lake = testLake()
  let clock = Date.now()
  const store = await lake.open({now: () => (clock += 3_600_000), limits: {records: 100, onClose: 1}})
  await writeAll(store, items(0, 130), 65)
  const writer = await store.openWriter()
  await writer.write({items: items(130, 170), positions: []})
  const place = await store.position()
  await writer.write({items: items(170, 180), positions: []})
  for (let from = 180; from < 600; from += 30) await writer.write({items: items(from, from + 30), positions: []})
  await writer.close()
  expect((await store.status()).parts.hot).toBe(0)
  const {numbers, events} = await follow(store, place, 430)
  expect(numbers).toEqual(Array.from({length: 430}, (_, i) => 170 + i))
  expect(events.filter(({kind}) => kind === 'gap')).toEqual([])
  const all = await follow(store, '0.0.0', 600)
  expect(all.numbers).toEqual(Array.from({length: 600}, (_, i) => i))
})

test('a follower goes on while its segment fills up, is sealed and removed', async () => {
  const lake = testLake()
  let clock = Date.now()
  const store = await lake.open({now: () => (clock += 3_600_000), limits: {records: 150}})
  const writer = await store.openWriter()
  const following = follow(await lake.open(), await store.position(), 3_000)
  for (let from = 0; from < 3_000; from += 50) {
    await writer.write({items: items(from, from + 50), positions: []})
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const {numbers, events} = await following
  await writer.close()
  expect(numbers).toEqual(Array.from({length: 3_000}, (_, i) => i))
  expect(events.filter(({kind}) => kind === 'gap')).toEqual([])
})

test('a store that was removed or replaced is a gap, and said to be', async () => {
  const lake = testLake()
  const store = await lake.open({limits: {records: 10, onClose: 1}})
  await writeAll(store, items(0, 50), 10)
  const place = await store.position()
  rmSync(lake.dir, {recursive: true})
  const {events} = await follow(store, place, 0)
  expect(events).toEqual([{kind: 'gap', cause: 'restarted', reason: 'the store was emptied or replaced'}])
  await writeAll(store, items(0, 20))
  const again = await follow(store, place, 20)
  expect(again.events[0]).toEqual({kind: 'gap', cause: 'restarted', reason: 'the store was emptied or replaced'})
  expect(again.numbers).toEqual(Array.from({length: 20}, (_, i) => i))
})

test('a damaged segment is a gap, and what comes after it is followed', async () => {
  const lake = testLake()
  const writer = await (await lake.open({limits: {records: 100, onClose: 1}})).openWriter()
  for (let from = 0; from < 300; from += 100) await writer.write({items: items(from, from + 100), positions: []})
  await writer.close()
  truncateSync(join(lake.dir, 'sealed', '00000002.parquet'), 1_000)
  const {numbers, events} = await follow(await lake.open(), '0.0.0', 200)
  expect(numbers).toEqual([...Array(100).keys(), ...Array.from({length: 100}, (_, i) => 200 + i)])
  const gaps = events.filter((event) => event.kind === 'gap')
  expect(gaps.map(({cause}) => cause)).toEqual(['damaged'])
  expect(gaps[0]?.reason).toContain('00000002.parquet is damaged')
})

test('a position of another store is refused', async () => {
  const store = await testLake().open()
  const events = store.follow({filter: {query: {kind: 'all'}}, from: 'eyJwaXQiOjF9'}, new AbortController().signal)
  await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({code: 'USAGE'})
})
