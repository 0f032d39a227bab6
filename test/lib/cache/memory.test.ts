import {describe, expect, test} from 'vitest'
import {MemoryCache} from '../../../src/lib/cache/memory/memory-cache.js'
import {MemoryLimiter} from '../../../src/lib/cache/memory/memory-limiter.js'
import {cacheContract} from '../../contracts/cache.js'
import {limiterContract} from '../../contracts/limiter.js'

cacheContract('the cache in memory', async () => {
  const cache = new MemoryCache()
  return {cache, close: () => cache.close()}
})

limiterContract('the limiter in memory', async () => {
  const limiter = new MemoryLimiter()
  return {limiter, close: () => limiter.close()}
})

const MINUTE = 60_000

describe('the cache in memory is bounded', () => {
  test('by the number of keys: what was used longest ago goes first', async () => {
    const cache = new MemoryCache({maxKeys: 3})
    for (const key of ['a', 'b', 'c']) await cache.set(key, key, MINUTE)
    await cache.get('a')
    await cache.set('d', 'd', MINUTE)
    const there = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await cache.get(key)) !== undefined))
    expect(there).toEqual([true, false, true, true])
  })

  test('by bytes as UTF-8, keys included; what fits in no case is not kept and displaces nothing', async () => {
    const cache = new MemoryCache({maxBytes: 100})
    await cache.set('a', 'x'.repeat(49), MINUTE)
    await cache.set('b', 'é'.repeat(24), MINUTE)
    expect(await cache.stats()).toMatchObject({keys: 2, bytes: 99})
    await cache.set('huge', 'x'.repeat(200), MINUTE)
    expect(await cache.stats()).toMatchObject({keys: 2, bytes: 99})
    await cache.set('c', 'x', MINUTE)
    expect(await cache.stats()).toMatchObject({keys: 2, bytes: 51})
    expect(await cache.get('a')).toBeUndefined()
  })

  test('and its sum of bytes comes back to nothing', async () => {
    let now = 0
    const cache = new MemoryCache({now: () => now})
    for (let n = 0; n < 50; n++) await cache.set(`k${n % 10}`, 'x'.repeat(n), n % 2 ? 10 : 100)
    now = 50
    expect((await cache.stats()).keys).toBe(5)
    await cache.clear('*')
    expect(await cache.stats()).toMatchObject({keys: 0, bytes: 0})
  })

  test('a value is gone the millisecond its time is over', async () => {
    let now = 1_000
    const cache = new MemoryCache({now: () => now})
    await cache.set('a', 'x', 30_000)
    now = 30_999
    expect(await cache.get('a')).toEqual({value: 'x', madeAt: 1_000})
    now = 31_000
    expect(await cache.get('a')).toBeUndefined()
  })
})

describe('the limiter in memory', () => {
  test('holds a window from its first request to its end', async () => {
    let now = 5_000
    const limiter = new MemoryLimiter({now: () => now})
    const take = () => limiter.take('a:user:7', {limit: 2, windowMs: 1_000})
    expect(await take()).toMatchObject({allowed: true, remaining: 1, resetMs: 1_000})
    now = 5_900
    expect(await take()).toMatchObject({allowed: true, remaining: 0, resetMs: 100})
    now = 5_999
    expect(await take()).toMatchObject({allowed: false, remaining: 0, resetMs: 1})
    now = 6_000
    expect(await take()).toMatchObject({allowed: true, remaining: 1, resetMs: 1_000})
  })

  test('keeps no window that has ended, and never more than it may', async () => {
    let now = 0
    const limiter = new MemoryLimiter({now: () => now, maxWindows: 10})
    const take = (who: number) => limiter.take(`a:ip:10.0.0.${who}`, {limit: 1, windowMs: 1_000})
    for (let who = 0; who < 25; who++) await take(who)
    expect((await limiter.status()).windows.map(({key}) => key)).toEqual(
      Array.from({length: 10}, (_, n) => `a:ip:10.0.0.${n + 15}`),
    )
    now = 1_000
    expect(await limiter.resetAll()).toBe(0)
  })
})
