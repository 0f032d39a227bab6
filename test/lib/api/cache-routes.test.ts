import {expect, test} from 'vitest'
import {RemoteCacheControl, RemoteLimiterControl} from '../../../src/lib/cache/remote/remote-controls.js'
import {RemoteClient} from '../../../src/lib/remote/client.js'
import {ADMIN, knownTokens, type OpenApi, openApi} from '../../support/open-api.js'

const MINUTE = 60_000
const SOME = {limit: 5, windowMs: MINUTE}

/** An API in which nothing but these tests counts requests, with an admin and somebody else. */
function openWithAdmin(): Promise<OpenApi> {
  return openApi({
    env: {LOGFLOW_API_RATE_LIMITS: 'off'},
    parts: {accounts: knownTokens({root: ADMIN, somebody: {}, other: {subject: 'id-9', username: 'alice'}})},
  })
}

const as = (token: string) => ({authorization: `Bearer ${token}`})

test('what the cache holds', async () => {
  const {server, parts} = await openWithAdmin()
  await parts.cache.set('metrics:overview:', 'x', MINUTE)
  for (const key of ['metrics:overview:', 'metrics:overview:', 'metrics:none']) await parts.cache.get(key)
  const answer = await server.inject({url: '/api/v1/cache/stats', headers: as('somebody')})
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({
    kind: 'memory',
    available: true,
    hits: 2,
    misses: 1,
    hit_rate: 0.6667,
    errors: 0,
    keys: 1,
    bytes: 18,
    prefixes: {metrics: 1},
  })
})

test.each([
  ['', {pattern: '*', cleared: 3}],
  ['?pattern=metrics:*', {pattern: 'metrics:*', cleared: 2}],
  ['?pattern=metrics:s%3F', {pattern: 'metrics:s?', cleared: 0}],
])('clearing %j', async (query, expected) => {
  const {server, parts} = await openWithAdmin()
  for (const key of ['metrics:a', 'metrics:sy', 'trace:c']) await parts.cache.set(key, 'x', MINUTE)
  const answer = await server.inject({method: 'DELETE', url: `/api/v1/cache/clear${query}`, headers: as('root')})
  expect(answer.json()).toEqual(expected)
  expect((await parts.cache.stats()).keys).toBe(3 - expected.cleared)
})

test('a pattern that is none, or something else, is refused and clears nothing', async () => {
  const {server, parts} = await openWithAdmin()
  await parts.cache.set('metrics:a', 'x', MINUTE)
  for (const query of ['?pattern=', `?pattern=${'x'.repeat(1_001)}`, '?patern=metrics:*']) {
    const answer = await server.inject({method: 'DELETE', url: `/api/v1/cache/clear${query}`, headers: as('root')})
    expect(answer.statusCode).toBe(400)
  }
  expect((await parts.cache.stats()).keys).toBe(1)
})

test('who has asked how often, those nearest to their limit first, and forgetting it', async () => {
  const {server, parts} = await openWithAdmin()
  for (let n = 0; n < 6; n++) await parts.limiter.take('auth.login:ip:::1', SOME)
  for (const key of ['logs.get:user:7', 'logs.search:user:7', 'logs.search:user:7']) await parts.limiter.take(key, SOME)
  const status = await server.inject({url: '/api/v1/rate-limits/status', headers: as('root')})
  const row = (endpoint: string, who: string, remaining: number) => ({
    endpoint,
    who,
    allowed: remaining > 0,
    limit: 5,
    remaining,
    window_seconds: 60,
    reset_seconds: expect.any(Number),
  })
  expect(status.json()).toEqual({
    kind: 'memory',
    available: true,
    items: [row('auth.login', 'ip:::1', 0), row('logs.search', 'user:7', 3), row('logs.get', 'user:7', 4)],
  })
  const reset = async (path: string) => {
    const answer = await server.inject({method: 'DELETE', url: `/api/v1/rate-limits/${path}`, headers: as('root')})
    return answer.json()
  }
  expect(await reset('reset/ip%3A%3A%3A1')).toEqual({reset: 1})
  expect(await reset('reset/nobody')).toEqual({reset: 0})
  for (const key of ['a:user:id-9', 'b:user:id-9', 'a:user:alice', 'a:user:id-99']) await parts.limiter.take(key, SOME)
  expect(await reset('reset/alice')).toEqual({reset: 3})
  expect(await reset('reset-all')).toEqual({reset: 3})
})

test.each([
  ['GET', '/api/v1/rate-limits/status'],
  ['DELETE', '/api/v1/rate-limits/reset/7'],
  ['DELETE', '/api/v1/rate-limits/reset-all'],
  ['DELETE', '/api/v1/cache/clear'],
] as const)('%s %s is for admins', async (method, url) => {
  const {server, parts} = await openWithAdmin()
  await parts.limiter.take('a:user:7', SOME)
  await parts.cache.set('metrics:a', 'x', MINUTE)
  expect((await server.inject({method, url})).statusCode).toBe(401)
  expect((await server.inject({method, url, headers: as('somebody')})).statusCode).toBe(403)
  expect((await parts.limiter.status()).windows).toHaveLength(1)
  expect((await parts.cache.stats()).keys).toBe(1)
})

test('commands ask a server the same things', async () => {
  const {server, parts} = await openWithAdmin()
  await server.listen({host: '127.0.0.1', port: 0})
  const {port} = server.server.address() as {port: number}
  const client = new RemoteClient({url: `http://127.0.0.1:${port}`, token: 'root'})
  const [cache, limiter] = [new RemoteCacheControl(client), new RemoteLimiterControl(client)]
  await parts.cache.set('metrics:a', 'x', MINUTE)
  await parts.cache.set('trace:a?&b', 'x', MINUTE)
  expect(await cache.stats()).toEqual({...(await parts.cache.stats())})
  expect(await cache.clear('trace:a?&*')).toBe(1)
  await parts.limiter.take('auth.login:ip:::1', SOME)
  await parts.limiter.take('auth.login:user:a/b', SOME)
  const {windows, ...rest} = await limiter.status()
  expect(rest).toEqual({kind: 'memory', available: true})
  expect(windows.map(({key, limit, windowMs, remaining}) => ({key, limit, windowMs, remaining}))).toEqual([
    {key: 'auth.login:ip:::1', ...SOME, remaining: 4},
    {key: 'auth.login:user:a/b', ...SOME, remaining: 4},
  ])
  expect(await limiter.reset('user:a/b')).toBe(1)
  expect(await limiter.resetAll()).toBe(1)
  await expect(new RemoteCacheControl(new RemoteClient({url: client.url})).clear('*')).rejects.toMatchObject({
    code: 'UNAUTHORISED',
    exitCode: 4,
  })
})
