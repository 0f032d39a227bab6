import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {inspect, promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, onTestFinished, test, vi} from 'vitest'
import {MemoryLimiter} from '../../src/lib/cache/memory/memory-limiter.js'
import {RedisCache} from '../../src/lib/cache/redis/redis-cache.js'
import {RedisLimiter} from '../../src/lib/cache/redis/redis-limiter.js'
import {RedisLink, type RedisSettings} from '../../src/lib/cache/redis/redis-link.js'
import {cached} from '../../src/lib/cache/single-flight.js'
import {cacheContract} from '../contracts/cache.js'
import {limiterContract} from '../contracts/limiter.js'
import {buildChild} from '../support/build-child.js'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'
import {canStartRedis, type RunningRedis, startRedis} from '../support/start-redis.js'
import {tempFolder} from '../support/temp-folder.js'

const PORT = 26_400
const HOUR = 3_600_000
const run = promisify(execFile)
const patient = {timeout: 60_000, interval: 50}

describe.skipIf(!canStartRedis('cache and rate limits on Redis'))('redis', () => {
  let redis: RunningRedis
  beforeAll(async () => {
    redis = await startRedis({port: PORT})
  })
  afterAll(() => redis?.remove())

  /** Patient, so that a machine that is busy is not taken for a server that is away. */
  const openLink = (settings: Partial<RedisSettings> = {}) =>
    RedisLink.open({url: redis.url, commandMs: 30_000, ...settings})
  const limiterOn = (link: RedisLink) => new RedisLimiter(link, new MemoryLimiter())

  async function linkOfTest(settings: Partial<RedisSettings> = {}): Promise<RedisLink> {
    const link = await openLink(settings)
    onTestFinished(() => link.close())
    return link
  }

  cacheContract('cache contract', async () => {
    const [cache, another] = [new RedisCache(await openLink()), new RedisCache(await openLink())]
    return {
      cache,
      another,
      close: async () => {
        await cache.close()
        await another.close()
      },
    }
  })

  limiterContract('limiter contract', async () => {
    const [limiter, another] = [limiterOn(await openLink()), limiterOn(await openLink())]
    return {
      limiter,
      another,
      close: async () => {
        await limiter.close()
        await another.close()
      },
    }
  })

  test('cache, counts and what others keep in the same Redis are cleared apart', async () => {
    const link = await linkOfTest()
    const [cache, limiter] = [new RedisCache(link), limiterOn(link)]
    await link.ask((client) => client.set('of-others', 'x'))
    await cache.set('metrics:a', 'x', HOUR)
    await limiter.take('a:user:7', {limit: 1, windowMs: HOUR})
    expect(await cache.clear('*')).toBe(1)
    expect((await limiter.take('a:user:7', {limit: 1, windowMs: HOUR})).allowed).toBe(false)
    expect(await limiter.resetAll()).toBe(1)
    expect(await link.ask((client) => client.get('of-others'))).toBe('x')
  })

  test('every key ends by itself', async () => {
    const link = await linkOfTest()
    await new RedisCache(link).set('metrics:a', 'x', HOUR)
    await limiterOn(link).take('a:user:7', {limit: 1, windowMs: HOUR})
    const left = await link.ask(async (client) =>
      Promise.all((await client.keys('logflow:*')).map((k) => client.pttl(k))),
    )
    expect(left).toHaveLength(2)
    for (const ms of left) expect(ms).toBeGreaterThan(0)
  })

  test('a value that is none of ours is none', async () => {
    const link = await linkOfTest()
    await link.ask((client) => client.set('logflow:cache:metrics:odd', 'odd'))
    await link.ask((client) => client.lpush('logflow:cache:metrics:list', 'odd'))
    const cache = new RedisCache(link)
    expect(await cache.get('metrics:odd')).toBeUndefined()
    expect(await cache.get('metrics:list')).toBeUndefined()
  })

  test('two processes never let more through together than the limit', async () => {
    const child = await buildChild(join(import.meta.dirname, 'redis/take-many.ts'), join(tempFolder(), 'take-many.mjs'))
    const take = () => run(process.execPath, [child, redis.url, 'logs.search:user:7', '500', '400'], {timeout: 60_000})
    const through = (await Promise.all([take(), take()])).map(({stdout}) => Number(stdout))
    expect((through[0] as number) + (through[1] as number)).toBe(500)
  })

  test('killed and started again: nothing is cached meanwhile, no request fails, and then all is as before', async () => {
    const states: boolean[] = []
    const link = await linkOfTest({onChange: ({available}) => states.push(available)})
    const [cache, limiter] = [new RedisCache(link), limiterOn(link)]
    const silent = {cacheHit: () => {}, cacheMiss: () => {}}
    let made = 0
    const ask = async () => {
      // Until the value before is kept or given up, it is still shared.
      await new Promise((resolve) => setImmediate(resolve))
      return cached(cache, silent, {key: 'metrics:outage', ttlMs: HOUR}, async () => `made ${++made}`)
    }
    await ask()
    await vi.waitFor(async () => expect(await cache.get('metrics:outage')).toBeDefined(), patient)
    expect(await ask()).toMatchObject({value: 'made 1', hit: true})
    for (let n = 0; n < 3; n++) await limiter.take('a:user:9', {limit: 4, windowMs: HOUR})

    await redis.kill()
    await vi.waitFor(() => expect(link.available).toBe(false), patient)
    expect(await ask()).toMatchObject({value: 'made 2', hit: false})
    expect(await ask()).toMatchObject({value: 'made 3', hit: false})
    expect(await cache.answers()).toBe(false)
    expect(await cache.stats()).toMatchObject({kind: 'redis', available: false, keys: 0})
    await expect(cache.clear('*')).rejects.toMatchObject({code: 'CACHE_UNREACHABLE', exitCode: 3, retriable: true})
    await expect(limiter.reset('9')).rejects.toMatchObject({code: 'CACHE_UNREACHABLE'})
    // This process counted along: three of four are gone.
    const taken = []
    for (let n = 0; n < 3; n++) taken.push((await limiter.take('a:user:9', {limit: 4, windowMs: HOUR})).allowed)
    expect(taken).toEqual([true, false, false])
    expect(await limiter.status()).toMatchObject({
      kind: 'redis',
      available: false,
      windows: [{key: 'a:user:9', remaining: 0, allowed: false}],
    })

    await redis.start()
    await vi.waitFor(async () => expect(await cache.answers()).toBe(true), patient)
    await ask()
    await vi.waitFor(async () => expect(await cache.get('metrics:outage')).toBeDefined(), patient)
    expect(await ask()).toMatchObject({value: 'made 4', hit: true})
    expect((await limiter.take('a:user:9', {limit: 4, windowMs: HOUR})).remaining).toBe(3)
    expect(states).toEqual([true, false, true])
  })

  test('a server that takes connections and answers nothing holds nobody up for long, and is taken up again', async () => {
    const link = await linkOfTest({commandMs: 200})
    const [cache, limiter] = [new RedisCache(link), limiterOn(link)]
    await cache.set('metrics:frozen', 'x', HOUR)
    redis.freeze()
    try {
      const began = performance.now()
      for (let n = 0; n < 200; n++) {
        expect(await cache.get('metrics:frozen')).toBeUndefined()
        expect((await limiter.take('a:user:11', {limit: 1_000, windowMs: HOUR})).allowed).toBe(true)
      }
      // Four hundred commands, each waiting its 200 ms, would take 80 s.
      expect(performance.now() - began).toBeLessThan(40_000)
      expect(link.available).toBe(false)
      await expect(cache.clear('*')).rejects.toMatchObject({code: 'CACHE_UNREACHABLE'})
    } finally {
      redis.thaw()
    }
    await vi.waitFor(async () => expect((await cache.get('metrics:frozen'))?.value).toBe('x'), patient)
    expect(link.available).toBe(true)
  })

  test('a server that is full keeps nothing more and makes nothing fail', async () => {
    const link = await linkOfTest()
    const limits = ['maxmemory', 'maxmemory-policy'] as const
    await link.ask((client) => client.config('SET', limits[1], 'noeviction'))
    await link.ask((client) => client.config('SET', limits[0], '1'))
    try {
      const cache = new RedisCache(link)
      await cache.set('metrics:full', 'x', HOUR)
      expect(await cache.get('metrics:full')).toBeUndefined()
      expect((await cache.stats()).errors).toBeGreaterThan(0)
      expect((await limiterOn(link).take('full:user:1', {limit: 1, windowMs: HOUR})).allowed).toBe(true)
    } finally {
      await link.ask((client) => client.config('SET', limits[0], '0'))
    }
  })

  test('commands work on it directly', async () => {
    await buildLogflow()
    const link = await linkOfTest()
    const [cache, limiter] = [new RedisCache(link), limiterOn(link)]
    await cache.clear('*')
    await limiter.resetAll()
    for (const key of ['metrics:a', 'metrics:b', 'trace:c']) await cache.set(key, 'x', HOUR)
    for (const key of ['a:user:7', 'a:ip:::1']) await limiter.take(key, {limit: 3, windowMs: HOUR})
    const command = (...args: string[]) => runLogflow(args, {env: {REDIS_URL: redis.url}})
    expect(JSON.parse((await command('cache', 'stats')).stdout)).toEqual({
      kind: 'redis',
      available: true,
      hits: 0,
      misses: 0,
      errors: 0,
      keys: 3,
      prefixes: {metrics: 2, trace: 1},
    })
    expect(await command('cache', 'clear', 'metrics:*')).toMatchObject({status: 0, stderr: '2 keys cleared\n'})
    const lines = (await command('rate-limits', 'status')).stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).who)).toEqual(['ip:::1', 'user:7'])
    expect(await command('rate-limits', 'reset', '7')).toMatchObject({status: 0, stderr: '1 window forgotten\n'})
    expect(await command('rate-limits', 'reset', '--all')).toMatchObject({stderr: '1 window forgotten\n'})
  })

  describe('that wants a password', () => {
    const password = 'p@ss:wörd/with?all#of%it'
    let guarded: RunningRedis
    beforeAll(async () => {
      guarded = await startRedis({port: PORT + 1, password})
    })
    afterAll(() => guarded?.remove())

    test.each([
      ['in the URL', () => ({url: guarded.url})],
      ['apart', () => ({url: `redis://127.0.0.1:${PORT + 1}/2`, password})],
      ['apart, which goes before the one in the URL', () => ({url: `redis://:wrong@127.0.0.1:${PORT + 1}`, password})],
    ])('gets it %s', async (_how, settings) => {
      const link = await linkOfTest(settings())
      expect(await link.ask((client) => client.ping())).toBe('PONG')
    })

    test.each([
      ['a wrong one', `redis://user:${encodeURIComponent(`not-${password}`)}@127.0.0.1:${PORT + 1}`],
      ['none', `redis://127.0.0.1:${PORT + 1}`],
    ])('and gets %s: that is said, and never the password', async (_what, url) => {
      const told: unknown[] = []
      const link = await linkOfTest({url, onChange: (state) => told.push(state)})
      expect(link.available).toBe(false)
      const cache = new RedisCache(link)
      expect(await cache.get('metrics:a')).toBeUndefined()
      const error = await cache.clear('*').catch((problem) => problem)
      expect(error).toMatchObject({code: 'UNAUTHORISED', exitCode: 4})
      expect(error.message).toContain(`Redis at 127.0.0.1:${PORT + 1} refuses`)
      const all =
        inspect([error, told, await cache.stats()], {depth: 10, showHidden: true}) + JSON.stringify([error, told])
      expect(all).not.toMatch(/p@ss|p%40ss|w(ö|%C3%B6)rd/)
    })
  })

  test.each([
    ['nothing like a URL', 'cache.example.com:6379 secret'],
    ['another scheme', 'http://:secret@localhost:6379'],
    ['no host', 'redis://'],
    ['a database that is no number', 'redis://:secret@localhost:6379/one'],
  ])('refuses %s as its address, without repeating it', async (_what, url) => {
    const error = await RedisLink.open({url}).catch((problem) => problem)
    expect(error).toMatchObject({code: 'BAD_CONFIG', message: 'redis.url is no address of a Redis server'})
    expect(inspect(error, {depth: 10})).not.toContain('secret')
  })
})
