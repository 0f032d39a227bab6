import {beforeAll, expect, test} from 'vitest'
import {ADMIN, knownTokens, openApi} from '../support/open-api.js'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'

beforeAll(buildLogflow)

test.each([
  ['cache', 'stats'],
  ['cache', 'clear'],
  ['rate-limits', 'status'],
  ['rate-limits', 'reset', '--all'],
])('%s %s: what a server keeps in its memory is told with the way to it', async (...args) => {
  expect(await runLogflow(args)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `error: cache and counts are in the memory of the server, where only it reaches them
  try  logflow auth login http://127.0.0.1:8000  to ask a server with this command
  Set redis.url for a cache that servers share and commands reach
`,
  })
})

test('a Redis that is away is told, and its password is not', async () => {
  const env = {LOGFLOW_REDIS_URL: 'redis://:very-secret@127.0.0.1:1'}
  for (const args of [
    ['cache', 'stats'],
    ['cache', 'clear', '--verbose'],
    ['rate-limits', 'status'],
  ]) {
    const {status, stdout, stderr} = await runLogflow(args, {env})
    expect({status, stdout}).toEqual({status: 3, stdout: ''})
    expect(stderr).toContain('error: no answer from Redis at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n')
    expect(stderr).not.toContain('secret')
  }
})

test('a server is asked with the token of the configuration', async () => {
  const {server, parts} = await openApi({
    env: {LOGFLOW_API_RATE_LIMITS: 'off'},
    parts: {accounts: knownTokens({'root-token': ADMIN, 'user-token': {}})},
  })
  await server.listen({host: '127.0.0.1', port: 0})
  const {port} = server.server.address() as {port: number}
  const url = `http://127.0.0.1:${port}`
  const run = (...args: string[]) =>
    runLogflow(args, {env: {LOGFLOW_SERVER_URL: url, LOGFLOW_SERVER_TOKEN: 'root-token'}})
  for (const key of ['metrics:a', 'metrics:b', 'trace:c']) await parts.cache.set(key, 'x', 60_000)
  await parts.cache.get('metrics:a')
  await parts.limiter.take('auth.login:ip:::1', {limit: 20, windowMs: 3_600_000})

  const stats = await run('cache', 'stats')
  expect(stats).toMatchObject({status: 0, stderr: ''})
  expect(JSON.parse(stats.stdout)).toEqual({
    kind: 'memory',
    available: true,
    hits: 1,
    misses: 0,
    hit_rate: 1,
    errors: 0,
    keys: 3,
    bytes: 28,
    prefixes: {metrics: 2, trace: 1},
  })
  expect((await run('cache', 'stats', '-o', 'pretty')).stdout).toBe(`cache    memory   available
asked    1 hit   0 misses   100.0 % found
holds    3 keys   28 B
         metrics   2
         trace   1
`)
  expect(await run('cache', 'clear', 'metrics:*')).toMatchObject({status: 0, stdout: '', stderr: '2 keys cleared\n'})
  expect((await run('cache', 'clear', '--json')).stdout).toBe('{"pattern":"*","cleared":1}\n')

  const status = await run('rate-limits', 'status')
  expect(JSON.parse(status.stdout)).toMatchObject({endpoint: 'auth.login', who: 'ip:::1', remaining: 19, limit: 20})
  const table = await run('rate-limits', 'status', '-o', 'pretty')
  expect(table.stdout).toMatch(/auth\.login +ip:::1 +yes +19 +20 +1 h /)
  expect(await run('rate-limits', 'reset', '::1')).toMatchObject({status: 0, stderr: '1 window forgotten\n'})
  expect(await run('rate-limits', 'status', '-o', 'pretty')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: 'nobody has asked anything in a window that still runs\n',
  })
  expect((await run('rate-limits', 'reset', '--all', '--json')).stdout).toBe('{"reset":0}\n')
  expect(await run('rate-limits', 'reset')).toMatchObject({status: 2})
  expect(await run('rate-limits', 'reset', 'me', '--all')).toMatchObject({status: 2})

  const user = await runLogflow(['cache', 'clear'], {
    env: {LOGFLOW_SERVER_URL: url, LOGFLOW_SERVER_TOKEN: 'user-token'},
  })
  expect(user.status).toBe(4)
})
