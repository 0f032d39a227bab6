// Everything cache.ts promises of a cache, run over every adapter. Nothing here measures time closely: a loaded machine
// is slow.

import {afterAll, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest'
import type {Cache} from '../../src/lib/cache/cache.js'

export interface CacheUnderTest {
  cache: Cache
  /** Another cache on the same data, as another process would open it; absent where nothing is shared. */
  another?: Cache
  close(): Promise<void>
}

const MINUTE = 60_000

export function cacheContract(name: string, open: () => Promise<CacheUnderTest>): void {
  describe(name, () => {
    let under: CacheUnderTest
    let cache: Cache
    beforeAll(async () => {
      under = await open()
      cache = under.cache
    })
    beforeEach(async () => {
      await cache.clear('*')
    })
    afterAll(() => under?.close())

    const textOf = async (key: string) => (await cache.get(key))?.value

    test('has nothing at first', async () => {
      expect(await cache.get('metrics:overview:')).toBeUndefined()
      expect(await cache.answers()).toBe(true)
    })

    test.each([
      ['plain text', 'metrics:overview:since=15m', '{"total":3}'],
      ['nothing', 'metrics:empty', ''],
      ['lines, quotes and characters of every size', 'metrics:naïve key "x"\n', 'a\r\nb\0"é€🙂\u2028'],
      ['a megabyte', 'metrics:large', 'é'.repeat(2 ** 19)],
    ])('gives back %s as it was kept, and when that was', async (_what, key, value) => {
      const before = Date.now()
      await cache.set(key, value, MINUTE)
      const found = await cache.get(key)
      expect(found?.value).toBe(value)
      expect(found?.madeAt).toBeGreaterThanOrEqual(before)
      expect(found?.madeAt).toBeLessThanOrEqual(Date.now())
    })

    test('keeps the last value of a key', async () => {
      await cache.set('metrics:a', 'one', MINUTE)
      await cache.set('metrics:a', 'two', MINUTE)
      expect(await textOf('metrics:a')).toBe('two')
      expect((await cache.stats()).keys).toBe(1)
    })

    test('forgets a value when its time is over, and no other', async () => {
      await cache.set('metrics:short', 'x', 30)
      await cache.set('metrics:long', 'x', MINUTE)
      await vi.waitFor(async () => expect(await cache.get('metrics:short')).toBeUndefined(), {
        timeout: 30_000,
        interval: 20,
      })
      expect(await textOf('metrics:long')).toBe('x')
      expect((await cache.stats()).keys).toBe(1)
    })

    test('keeps nothing for no time, and then not the value before it either', async () => {
      await cache.set('metrics:a', 'old', MINUTE)
      await cache.set('metrics:a', 'new', 0)
      expect(await cache.get('metrics:a')).toBeUndefined()
    })

    test.each([
      ['metrics:*', ['metrics:overview:a', 'metrics:system:']],
      ['*', ['metrics:overview:a', 'metrics:system:', 'a?c', 'abc', 'a[b]c', 'a\\c', 'a*c', 'a^c']],
      ['metrics:overview:a', ['metrics:overview:a']],
      ['*:s*em*', ['metrics:system:']],
      ['a?c', ['a?c']],
      ['a[b]c', ['a[b]c']],
      ['a\\c', ['a\\c']],
      ['a^c', ['a^c']],
      ['a*c', ['a?c', 'abc', 'a[b]c', 'a\\c', 'a*c', 'a^c']],
      ['metrics', []],
      ['', []],
    ])('clears %j: what a star stands for is any text, and nothing else is special', async (pattern, gone) => {
      const all = ['metrics:overview:a', 'metrics:system:', 'a?c', 'abc', 'a[b]c', 'a\\c', 'a*c', 'a^c']
      for (const key of all) await cache.set(key, key, MINUTE)
      expect(await cache.clear(pattern)).toBe(gone.length)
      const left = await Promise.all(all.map(textOf))
      expect(left.filter((value) => value !== undefined)).toEqual(all.filter((key) => !gone.includes(key)))
    })

    test('clears thousands of keys', async () => {
      await Promise.all(Array.from({length: 2500}, (_, n) => cache.set(`metrics:${n}`, 'x', MINUTE)))
      expect((await cache.stats()).keys).toBe(2500)
      expect(await cache.clear('metrics:*')).toBe(2500)
      expect((await cache.stats()).keys).toBe(0)
    })

    test('tells what it holds and how often it was asked', async () => {
      const before = await cache.stats()
      await cache.set('metrics:a', 'x'.repeat(1000), MINUTE)
      await cache.set('metrics:b', 'x', MINUTE)
      await cache.set('trace:c', 'x', MINUTE)
      for (const key of ['metrics:a', 'metrics:a', 'trace:c', 'none', 'metrics:none']) await cache.get(key)
      const after = await cache.stats()
      expect(after.prefixes).toEqual({metrics: 2, trace: 1})
      expect(after).toMatchObject({kind: cache.kind, available: true, keys: 3, errors: before.errors})
      expect({hits: after.hits - before.hits, misses: after.misses - before.misses}).toEqual({hits: 3, misses: 2})
      if (after.bytes !== undefined) expect(after.bytes).toBeGreaterThan(1000)
    })

    test('is seen by every process where it is shared', async () => {
      const {another} = under
      if (another === undefined) return
      await cache.set('metrics:a', 'x', MINUTE)
      expect((await another.get('metrics:a'))?.value).toBe('x')
      expect(await another.clear('metrics:*')).toBe(1)
      expect(await cache.get('metrics:a')).toBeUndefined()
    })
  })
}
