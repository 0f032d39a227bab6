// What `keys` of every store must do; run by storeContract.

import {expect, test} from 'vitest'
import type {KeyRange, RecordKey, Store, StoreItem} from '../../src/lib/store/store.js'
import type {OpenedStore} from './store.js'
import {makeItem} from './store-records.js'

async function keysOf(store: Store, ranges: KeyRange[]): Promise<RecordKey[]> {
  const keys: RecordKey[] = []
  for await (const page of store.keys(ranges)) keys.push(...page)
  return keys
}

/** Writes items in several batches, and does not refresh. */
async function write(store: Store, items: StoreItem[], batch = 500): Promise<void> {
  const writer = await store.openWriter()
  for (let at = 0; at < items.length; at += batch)
    await writer.write({items: items.slice(at, at + batch), positions: []})
  await writer.close()
}

const keysOfItems = (items: StoreItem[]) => items.map(({key}) => key)

/** Times against the order of offsets, so that neither order gives the other by chance. */
function item(source: string, i: number): StoreItem {
  const time = new Date(Date.UTC(2026, 9, 20) - i * 60_000).toISOString()
  return makeItem(source, i * 100, {'@timestamp': time})
}

export function keysContract(open: () => Promise<OpenedStore>): void {
  const withStore = async (run: (opened: OpenedStore) => Promise<void>) => {
    const opened = await open()
    try {
      await run(opened)
    } finally {
      await opened.close()
    }
  }

  test('an empty store, or no range, has no keys', () =>
    withStore(async ({store}) => {
      expect(await keysOf(store, [{source: 'app', from: 0, to: 1_000}])).toEqual([])
      expect(await keysOf(store, [])).toEqual([])
    }))

  test('the keys of a range come by rising offset, at once after the writing', () =>
    withStore(async ({store, reopen}) => {
      const items = Array.from({length: 1_200}, (_, i) => item('app', i))
      await write(store, [...items, ...Array.from({length: 50}, (_, i) => item('other', i))])
      const whole = [{source: 'app', from: 0, to: 120_000}]
      expect(await keysOf(store, whole)).toEqual(keysOfItems(items))
      expect(await keysOf(await reopen(), whole)).toEqual(keysOfItems(items))
      // From is inclusive, to is not.
      expect(await keysOf(store, [{source: 'app', from: 300, to: 600}])).toEqual(keysOfItems(items.slice(3, 6)))
      expect(await keysOf(store, [{source: 'app', from: 301, to: 400}])).toEqual([])
      expect(await keysOf(store, [{source: 'nobody', from: 0, to: 120_000}])).toEqual([])
    }))

  test('several ranges are answered one source after the other', () =>
    withStore(async ({store}) => {
      const sources = ['a', 'b-c', 'd', 'Ä', "it's"]
      const items = sources.flatMap((source) => Array.from({length: 40}, (_, i) => item(source, i)))
      await write(store, items)
      const ranges = [
        {source: 'd', from: 0, to: 500},
        {source: 'a', from: 1_000, to: 1_300},
        {source: 'Ä', from: 3_900, to: 9_000},
        {source: "it's", from: 0, to: 1},
        {source: 'nobody', from: 0, to: 1},
      ]
      const keys = await keysOf(store, ranges)
      const seen = [...new Set(keys.map(({source}) => source))]
      expect([...seen].sort()).toEqual(['a', 'd', "it's", 'Ä'])
      const expected = seen.flatMap((source) => {
        const {from, to} = ranges.find((range) => range.source === source) as KeyRange
        return keysOfItems(items).filter((key) => key.source === source && key.offset >= from && key.offset < to)
      })
      expect(keys).toEqual(expected)
    }))

  test('places beyond 32 bits are exact', () =>
    withStore(async ({store}) => {
      const far = [2 ** 32 - 1, 2 ** 32, 2 ** 45 + 3].map((offset) => makeItem('far', offset))
      await write(store, far)
      expect(await keysOf(store, [{source: 'far', from: 0, to: 2 ** 46}])).toEqual(keysOfItems(far))
      expect(await keysOf(store, [{source: 'far', from: 2 ** 32, to: 2 ** 45 + 3}])).toEqual([far[1]?.key])
    }))

  test('a reader may leave in the middle, and an aborted one ends', () =>
    withStore(async ({store}) => {
      await write(
        store,
        Array.from({length: 3_000}, (_, i) => item('app', i)),
        3_000,
      )
      const range = [{source: 'app', from: 0, to: 1_000_000}]
      for await (const page of store.keys(range)) {
        expect(page[0]).toMatchObject({offset: 0})
        break
      }
      const stop = new AbortController()
      stop.abort()
      for await (const page of store.keys(range, stop.signal)) expect(page).toEqual([])
      expect(await keysOf(store, range)).toHaveLength(3_000)
    }))
}
