// Everything cache.ts promises of a rate limiter, run over every adapter.

import {afterAll, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest'
import type {RateLimiter} from '../../src/lib/cache/cache.js'

export interface LimiterUnderTest {
  limiter: RateLimiter
  /** Another limiter on the same counts, as another process would open it; absent where nothing is shared. */
  another?: RateLimiter
  close(): Promise<void>
}

const HOUR = 3_600_000

export function limiterContract(name: string, open: () => Promise<LimiterUnderTest>): void {
  describe(name, () => {
    let under: LimiterUnderTest
    let limiter: RateLimiter
    beforeAll(async () => {
      under = await open()
      limiter = under.limiter
    })
    beforeEach(async () => {
      await limiter.resetAll()
    })
    afterAll(() => under?.close())

    const allowed = async (key: string, limit = 1) => (await limiter.take(key, {limit, windowMs: HOUR})).allowed

    test('lets as many through as the limit says, and tells what is left', async () => {
      const states = []
      for (let n = 0; n < 5; n++) states.push(await limiter.take('logs.search:user:7', {limit: 3, windowMs: HOUR}))
      expect(states.map((state) => state.allowed)).toEqual([true, true, true, false, false])
      expect(states.map(({remaining}) => remaining)).toEqual([2, 1, 0, 0, 0])
      for (const state of states) {
        expect(state).toMatchObject({limit: 3, windowMs: HOUR})
        expect(state.resetMs).toBeGreaterThan(0)
        expect(state.resetMs).toBeLessThanOrEqual(HOUR)
      }
    })

    test('lets no more through when all come at once', async () => {
      const both = [limiter, under.another ?? limiter]
      const answers = await Promise.all(
        Array.from({length: 300}, (_, n) =>
          (both[n % 2] as RateLimiter).take('logs.search:ip:10.0.0.1', {limit: 50, windowMs: HOUR}),
        ),
      )
      expect(answers.filter((answer) => answer.allowed)).toHaveLength(50)
    })

    test('counts endpoints, users and addresses apart', async () => {
      for (const key of ['a:user:7', 'b:user:7', 'a:user:8', 'a:ip:7', 'a:ip:::1', 'a:ip:::2']) {
        expect(await allowed(key)).toBe(true)
        expect(await allowed(key)).toBe(false)
      }
    })

    test('lets none through where the limit is none', async () => {
      expect(await allowed('a:user:7', 0)).toBe(false)
    })

    test('begins again when the window ends, and not before', async () => {
      const windowMs = 400
      const began = Date.now()
      expect((await limiter.take('a:user:7', {limit: 1, windowMs})).allowed).toBe(true)
      await vi.waitFor(async () => expect((await limiter.take('a:user:7', {limit: 1, windowMs})).allowed).toBe(true), {
        timeout: 30_000,
        interval: 10,
      })
      // Clocks of two processes are rounded each for itself.
      expect(Date.now() - began).toBeGreaterThanOrEqual(windowMs - 5)
    })

    test('begins anew where the limit was changed', async () => {
      expect(await allowed('a:user:7', 1)).toBe(true)
      expect(await allowed('a:user:7', 1)).toBe(false)
      expect(await allowed('a:user:7', 5)).toBe(true)
    })

    test('tells every window that runs', async () => {
      expect(await limiter.status()).toEqual({kind: limiter.kind, available: true, windows: []})
      await limiter.take('logs.search:user:7', {limit: 3, windowMs: HOUR})
      for (let n = 0; n < 3; n++) await limiter.take('auth.login:ip:::1', {limit: 2, windowMs: HOUR})
      const entries = (await limiter.status()).windows.sort((a, b) => (a.key < b.key ? -1 : 1))
      expect(entries).toMatchObject([
        {key: 'auth.login:ip:::1', allowed: false, limit: 2, windowMs: HOUR, remaining: 0},
        {key: 'logs.search:user:7', allowed: true, limit: 3, windowMs: HOUR, remaining: 2},
      ])
      for (const {resetMs} of entries) expect(resetMs).toBeGreaterThan(0)
    })

    test.each([
      ['user:7', ['a:user:7', 'b:user:7']],
      ['7', ['a:user:7', 'b:user:7', 'a:ip:7']],
      ['ip:7', ['a:ip:7']],
      ['::1', ['a:ip:::1']],
      ['ip:::1', ['a:ip:::1']],
      ['*', ['a:user:*']],
      ['user:*', ['a:user:*']],
      ['1', []],
      ['a', []],
      ['', []],
    ])('forgets what stands for %j alone', async (who, gone) => {
      const all = ['a:user:7', 'b:user:7', 'a:user:17', 'a:ip:7', 'a:ip:::1', 'a:user:*']
      for (const key of all) await allowed(key)
      expect(await limiter.reset(who)).toBe(gone.length)
      const again = await Promise.all(all.map((key) => allowed(key)))
      expect(all.filter((_, n) => again[n])).toEqual(gone)
    })

    test('forgets all', async () => {
      for (const key of ['a:user:7', 'a:ip:::1']) await allowed(key)
      expect(await limiter.resetAll()).toBe(2)
      expect(await limiter.status()).toEqual({kind: limiter.kind, available: true, windows: []})
      expect(await allowed('a:user:7')).toBe(true)
    })
  })
}
