import {beforeEach, describe, expect, test} from 'vitest'
import {MemoryCache} from '../../../src/lib/cache/memory/memory-cache.js'
import {cached} from '../../../src/lib/cache/single-flight.js'

const SPEC = {key: 'metrics:overview:since=1h', ttlMs: 60_000}

describe('cached', () => {
  let cache: MemoryCache
  let counted: string[]
  let made: number
  const counters = {
    cacheHit: (prefix: string) => counted.push(`hit ${prefix}`),
    cacheMiss: (prefix: string) => counted.push(`miss ${prefix}`),
  }
  beforeEach(() => {
    cache = new MemoryCache()
    counted = []
    made = 0
  })
  const make = async () => `value ${++made}`

  test('makes once, then finds', async () => {
    expect(await cached(cache, counters, SPEC, make)).toMatchObject({value: 'value 1', hit: false})
    const again = await cached(cache, counters, SPEC, make)
    expect(again).toMatchObject({value: 'value 1', hit: true})
    expect(again.ageMs).toBeGreaterThanOrEqual(0)
    expect(counted).toEqual(['miss metrics', 'hit metrics'])
  })

  test('tells how old a value is', async () => {
    const old = new MemoryCache({now: () => Date.now() - 20_000})
    await old.set(SPEC.key, 'old', SPEC.ttlMs)
    const {value, ageMs} = await cached(old, counters, SPEC, make)
    expect(value).toBe('old')
    expect(ageMs).toBeGreaterThanOrEqual(20_000)
  })

  test('a hundred equal requests make one query', async () => {
    let finish = (_value: string) => {}
    const slow = () => {
      made += 1
      return new Promise<string>((resolve) => {
        finish = resolve
      })
    }
    const all = Array.from({length: 100}, () => cached(cache, counters, SPEC, slow))
    await new Promise((resolve) => setImmediate(resolve))
    finish('once')
    const answers = await Promise.all(all)
    expect(made).toBe(1)
    expect(new Set(answers.map(({value}) => value))).toEqual(new Set(['once']))
    expect(answers.map(({hit}) => hit)).toEqual([false, ...Array(99).fill(true)])
    expect(counted.filter((one) => one === 'miss metrics')).toHaveLength(1)
    expect(counted).toHaveLength(100)
  })

  test('other keys and other caches are made for themselves', async () => {
    await Promise.all([
      cached(cache, counters, SPEC, make),
      cached(cache, counters, {...SPEC, key: 'metrics:system:'}, make),
      cached(new MemoryCache(), counters, SPEC, make),
    ])
    expect(made).toBe(3)
  })

  test('one that fails rejects all who waited, is not kept, and is made again', async () => {
    const failing = async () => {
      made += 1
      throw new Error('store away')
    }
    const all = await Promise.allSettled(Array.from({length: 10}, () => cached(cache, counters, SPEC, failing)))
    expect(all.map(({status}) => status)).toEqual(Array(10).fill('rejected'))
    expect(made).toBe(1)
    expect(await cached(cache, counters, SPEC, make)).toMatchObject({value: 'value 2', hit: false})
  })

  test('a value of no time to live is shared while it is made, and made again after', async () => {
    const brief = {...SPEC, ttlMs: 0}
    await Promise.all([cached(cache, counters, brief, make), cached(cache, counters, brief, make)])
    await new Promise((resolve) => setImmediate(resolve))
    await cached(cache, counters, brief, make)
    expect(made).toBe(2)
  })

  test('does not wait until a slow cache has kept the value; who comes meanwhile makes none', async () => {
    let kept = () => {}
    const slow = Object.assign(new MemoryCache(), {set: () => new Promise<void>((resolve) => (kept = resolve))})
    expect(await cached(slow, counters, SPEC, make)).toMatchObject({value: 'value 1', hit: false})
    expect(await cached(slow, counters, SPEC, make)).toMatchObject({value: 'value 1', hit: true})
    kept()
    await new Promise((resolve) => setImmediate(resolve))
    expect(await cached(slow, counters, SPEC, make)).toMatchObject({value: 'value 2', hit: false})
  })
})
