import {connect, type Socket} from 'node:net'
import {gunzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {takesGzip} from '../../../../src/lib/api/hooks/compress.js'
import {ADMIN, knownTokens, openApi} from '../../../support/open-api.js'
import {until} from '../../../support/until.js'

test('over the limit an answer says so, and when to come again; others are not concerned', async () => {
  const {server, parts} = await openApi({
    env: {LOGFLOW_API_RATE_LIMITS: 'root=2/hour'},
    parts: {accounts: knownTokens({a: ADMIN})},
  })
  const ask = (headers = {}) => server.inject({url: '/', headers})
  expect((await ask()).headers).toMatchObject({'ratelimit-limit': '2', 'ratelimit-remaining': '1'})
  expect((await ask()).statusCode).toBe(200)
  const refused = await ask()
  expect(refused.statusCode).toBe(429)
  expect(refused.json()).toMatchObject({error: 'Rate limit exceeded: 2 per 1 hour', code: 'throttled'})
  expect(refused.headers).toMatchObject({'ratelimit-remaining': '0', 'x-request-id': refused.json().request_id})
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_000)
  expect((await ask({authorization: 'Bearer a'})).statusCode).toBe(200)
  expect((await server.inject({url: '/health'})).headers).not.toHaveProperty('ratelimit-limit')
  const {body} = await parts.signals.expose()
  expect(body).toMatch(/rate_limit_exceeded_total\{endpoint="\/"\} 1/)
})

test('tokens that are no good are counted before they are refused', async () => {
  const {server} = await openApi({
    env: {LOGFLOW_API_RATE_LIMITS: 'root=1/hour'},
    parts: {accounts: knownTokens({})},
  })
  const headers = {authorization: 'Bearer forged'}
  expect((await server.inject({url: '/', headers})).statusCode).toBe(401)
  expect((await server.inject({url: '/', headers})).statusCode).toBe(429)
})

test('a limit for an endpoint that is not there is refused at the start', async () => {
  await expect(openApi({env: {LOGFLOW_API_RATE_LIMITS: 'rot=1/hour'}})).rejects.toMatchObject({code: 'BAD_CONFIG'})
})

test('a path that is there for other methods is told apart from one that is not there', async () => {
  const {server} = await openApi()
  const answer = await server.inject({method: 'DELETE', url: '/'})
  expect(answer.statusCode).toBe(405)
  expect(answer.headers.allow).toBe('GET, HEAD')
  expect(answer.json()).toMatchObject({code: 'method_not_allowed'})
  expect((await server.inject('/api/v1/nothing')).statusCode).toBe(404)
  expect((await server.inject('/%zz')).statusCode).toBe(400)
})

test('answers and refusals carry what keeps browsers from harm', async () => {
  const {server} = await openApi()
  for (const url of ['/', '/nothing'])
    expect((await server.inject(url)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
})

test('where everybody on the machine reads, a name that was made to point here does not', async () => {
  const {server} = await openApi()
  for (const host of ['localhost:8000', '127.0.0.1', '[::1]:8000', 'LOCALHOST'])
    expect((await server.inject({url: '/', headers: {host}})).statusCode).toBe(200)
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8000'])
    expect((await server.inject({url: '/', headers: {host}})).statusCode).toBe(403)
})

test('by any name where reads are signed in for', async () => {
  const {server} = await openApi({env: {LOGFLOW_API_HOST: '0.0.0.0'}})
  expect((await server.inject({url: '/', headers: {host: 'logs.example'}})).statusCode).toBe(200)
})

test('a page of another origin changes nothing unless its origin is named', async () => {
  const post = {method: 'POST', url: '/nothing'} as const
  const {server} = await openApi({env: {CORS_ORIGINS: 'https://logs.example'}})
  const status = async (origin: string) => (await server.inject({...post, headers: {origin}})).statusCode
  expect(await status('https://evil.example')).toBe(403)
  expect(await status('null')).toBe(403)
  expect(await status('https://logs.example')).toBe(404)
  expect(await status('http://localhost:80')).toBe(404)
})

test('pages of a configured origin may read; others are told nothing', async () => {
  const {server} = await openApi({env: {CORS_ORIGINS: 'https://logs.example'}})
  const allowed = await server.inject({url: '/', headers: {origin: 'https://logs.example'}})
  expect(allowed.headers['access-control-allow-origin']).toBe('https://logs.example')
  expect(allowed.headers['access-control-expose-headers']).toContain('X-Request-ID')
  const preflight = await server.inject({
    method: 'OPTIONS',
    url: '/api/v1/logs',
    headers: {
      origin: 'https://logs.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  })
  expect(preflight.statusCode).toBe(204)
  expect(preflight.headers).toMatchObject({'access-control-allow-headers': 'authorization'})
  expect(preflight.headers['x-request-id']).toBeDefined()
  const other = await server.inject({url: '/', headers: {origin: 'https://evil.example'}})
  expect(other.headers['access-control-allow-origin']).toBeUndefined()
})

test('an origin that is none is refused at the start', async () => {
  await expect(openApi({env: {CORS_ORIGINS: 'logs.example'}})).rejects.toMatchObject({code: 'BAD_CONFIG'})
})

test.each([
  ['gzip', true],
  ['br, gzip;q=0.5', true],
  ['*', true],
  ['gzip;q=0', false],
  ['identity', false],
  ['*, gzip;q=0', false],
  [undefined, false],
])('%s takes gzip: %s', (header, answer) => {
  expect(takesGzip(header)).toBe(answer)
})

test('what is counted and logged names the route, never the path', async () => {
  const {server, parts} = await openApi()
  await server.inject('/secret-in-a-path')
  await server.inject('/health')
  const {body} = await parts.signals.expose()
  expect(body).toMatch(/http_requests_total\{method="GET",endpoint="unmatched",status="404"\} 1/)
  expect(body).toMatch(/http_requests_total\{method="GET",endpoint="\/health"/)
  expect(body).not.toContain('secret')
})

test('a proxy that is trusted tells the address, another does not', async () => {
  const trusting = await openApi({env: {LOGFLOW_API_TRUSTED_PROXIES: '10.0.0.0/8'}})
  const seen = async ({server, parts}: typeof trusting, remoteAddress: string) => {
    await server.inject({url: '/', remoteAddress, headers: {'x-forwarded-for': '1.2.3.4'}})
    return (await parts.limiter.status()).windows.map(({key}) => key)
  }
  expect(await seen(trusting, '10.1.1.1')).toEqual(['root:ip:1.2.3.4'])
  expect(await seen(await openApi(), '10.1.1.1')).toEqual(['root:ip:10.1.1.1'])
  await expect(openApi({env: {LOGFLOW_API_TRUSTED_PROXIES: 'nowhere'}})).rejects.toMatchObject({code: 'BAD_CONFIG'})
})

/** Sends bytes as they are, and resolves to what came back until the other side closed. */
async function talk(port: number, send: (socket: Socket) => void): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  socket.on('connect', () => send(socket))
  await new Promise((resolve) => socket.on('close', resolve).on('error', resolve))
  return said
}

/** Listens on a free port. */
async function listening(env: Record<string, string>) {
  const {server} = await openApi({env})
  const url = await server.listen({host: '127.0.0.1', port: 0})
  return {url, port: Number(new URL(url).port)}
}

const ID_LINE = /\r\nx-request-id: [0-9a-f-]{36}\r\n/
const POST = 'POST /api/v1/trace/log HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'

test('what is no HTTP, or too large, gets an answer with an id', async () => {
  const {port, url} = await listening({LOGFLOW_API_BODY_LIMIT: '2kB'})
  const piece = `1000\r\n${'x'.repeat(4_096)}\r\n`
  const [malformed, headers, body] = await Promise.all([
    talk(port, (socket) => socket.write('what?\r\n\r\n')),
    talk(port, (socket) => socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`)),
    talk(port, (socket) => socket.write(`${POST}transfer-encoding: chunked\r\n\r\n${piece.repeat(8)}`)),
  ])
  expect(malformed).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(malformed).toMatch(ID_LINE)
  expect(headers).toMatch(/^HTTP\/1\.1 431 /)
  expect(headers).toMatch(ID_LINE)
  expect(body).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/)
  expect(body).toContain('"code":"too_large"')
  expect((await fetch(url)).status).toBe(200)
})

test('headers or a body that come too slowly are given up', async () => {
  const {port} = await listening({LOGFLOW_API_REQUEST_TIMEOUT: '1s'})
  const answers = await Promise.all([
    talk(port, (socket) => socket.write(POST)),
    talk(port, (socket) => socket.write(`${POST}content-length: 100\r\n\r\n{"event":`)),
  ])
  for (const answer of answers) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(answer).toMatch(ID_LINE)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] as string)).toMatchObject({code: 'timeout'})
  }
})

test('a stream that has begun outlives the time in which an answer must begin', async () => {
  const {url} = await listening({LOGFLOW_API_REQUEST_TIMEOUT: '1s'})
  const stop = new AbortController()
  let answer: Response | undefined
  // on a busy machine the first one may not begin in time
  await until(async () => {
    answer = await fetch(`${url}/api/v1/logs/stream`, {signal: stop.signal})
    return answer.status === 200
  })
  const reader = ((answer as Response).body as ReadableStream<Uint8Array>).getReader()
  let ended = false
  const reading = (async () => {
    while (!(await reader.read()).done);
    ended = true
  })()
  reading.catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  expect(ended).toBe(false)
  stop.abort()
  await expect(reading).rejects.toThrow()
})

test('a long answer is packed for whoever takes it', async () => {
  const {server} = await openApi()
  const plain = await server.inject('/openapi.json')
  const packed = await server.inject({url: '/openapi.json', headers: {'accept-encoding': 'gzip'}})
  expect(packed.headers).toMatchObject({'content-encoding': 'gzip', vary: 'accept-encoding'})
  expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
  expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body)
  expect(plain.headers.vary).toBe('accept-encoding')
})

test('nobody registers through a name that was made to point here, also where reads are signed in for', async () => {
  const {server} = await openApi({env: {LOGFLOW_API_PUBLIC_READS: 'false'}})
  const register = async (host: string) => {
    const payload = {username: 'somebody', password: 'correct horse battery'}
    return (await server.inject({method: 'POST', url: '/api/v1/auth/register', headers: {host}, payload})).statusCode
  }
  expect(await register('evil.example:8000')).toBe(403)
  expect(await register('localhost:8000')).toBe(201)
  const elsewhere = await server.inject({url: '/', headers: {host: 'evil.example'}})
  expect(elsewhere.statusCode).toBe(200)
})

test('addresses of one IPv6 network are counted together, and forgotten together', async () => {
  const {server, parts} = await openApi({
    env: {LOGFLOW_API_RATE_LIMITS: 'root=2/hour', LOGFLOW_API_PUBLIC_READS: 'false'},
    parts: {accounts: knownTokens({admin: ADMIN})},
  })
  const ask = async (remoteAddress: string) => (await server.inject({url: '/', remoteAddress})).statusCode
  const addresses = [
    '2001:db8:1:2::1',
    '2001:db8:1:2:3:4:5:6',
    '2001:db8:1:2::7',
    '2001:db8:1:3::1',
    '::1',
    '127.0.0.1',
  ]
  const answers: number[] = []
  for (const address of addresses) answers.push(await ask(address))
  expect(answers).toEqual([200, 200, 429, 200, 200, 200])
  const {windows} = await parts.limiter.status()
  expect(windows.map(({key}) => key)).toContain('root:ip:2001:db8:1:2::/64')
  const reset = await server.inject({
    method: 'DELETE',
    url: '/api/v1/rate-limits/reset/ip:2001:db8:1:2::99',
    headers: {authorization: 'Bearer admin'},
  })
  expect(reset.json()).toEqual({reset: 1})
  expect(await ask('2001:db8:1:2::7')).toBe(200)
})
