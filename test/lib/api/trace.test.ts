import {Writable} from 'node:stream'
import {expect, test} from 'vitest'
import {maskValues} from '../../../src/lib/api/mask-values.js'
import {openSignals} from '../../../src/lib/telemetry/open-signals.js'
import {ADMIN, knownTokens, openApi} from '../../support/open-api.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'

test('the context of a request is told as it came', async () => {
  const {server} = await openApi()
  const answer = await server.inject({
    url: '/api/v1/trace/context',
    headers: {
      'x-request-id': 'r-1',
      'x-correlation-id': 'c-1',
      traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
      tracestate: 'a=1',
    },
  })
  expect(answer.json()).toEqual({
    request_id: 'r-1',
    correlation_id: 'c-1',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    trace_id: TRACE,
    traceparent: expect.stringMatching(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`)),
    tracestate: 'a=1',
  })
  expect(answer.headers).toMatchObject({'x-trace-id': TRACE, traceparent: answer.json().traceparent, tracestate: 'a=1'})
})

test('a request is shown to admins alone, without its credentials', async () => {
  const {server} = await openApi({parts: {accounts: knownTokens({admin: ADMIN, user: {}})}})
  const ask = (headers: Record<string, string>) =>
    server.inject({url: '/api/v1/trace/debug?api_key=S3CRET&q=x', headers: {cookie: 'sid=S3CRET', ...headers}})
  expect((await ask({})).statusCode).toBe(401)
  expect((await ask({authorization: 'Bearer user'})).statusCode).toBe(403)
  const answer = await ask({authorization: 'Bearer admin', 'x-plain': 'shown', referer: 'http://u:S3CRET@host/'})
  expect(answer.json()).toMatchObject({
    method: 'GET',
    path: '/api/v1/trace/debug',
    headers: {authorization: '********', cookie: '********', 'x-plain': 'shown', referer: 'http********host/'},
    query_params: {api_key: '********', q: 'x'},
    user: {id: 'admin', role: 'admin'},
  })
  expect(answer.body).not.toContain('S3CRET')
})

test.each([
  ['x-anything', 'Bearer abc.def', '********'],
  ['x-anything', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', '********'],
  ['x-anything', `lf_${'a'.repeat(43)}`, '********'],
  ['accept', 'application/json', 'application/json'],
  ['client_secret', 'x', '********'],
  ['X-Api-Key', 'x', '********'],
])('%s: %s is shown as %s', (name, value, shown) => {
  expect(maskValues({[name]: value})).toEqual({[name]: shown})
})

test('an event of a client stands in our own log as one line, whatever is in it', async () => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const {parts} = await openApi()
  const signals = await openSignals(parts.config, {
    version: '0',
    now: () => new Date(0),
    log: {stream, pretty: false, color: false, detail: 'info'},
  })
  const {server} = await openApi({parts: {signals}})
  const event = 'clicked"}\n{"level":"error","event":"forged\u001b[31m'
  const answer = await server.inject({
    method: 'POST',
    url: '/api/v1/trace/log',
    headers: {'x-request-id': 'r-9'},
    payload: {event, details: {password: 'S3CRET', n: 1}},
  })
  expect(answer.json()).toMatchObject({status: 'logged', request_id: 'r-9'})
  const written = lines.join('').trimEnd().split('\n')
  const entries = written.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(entries.map((entry) => entry.event).sort()).toEqual(['client_event', 'request'])
  expect(entries.find((entry) => entry.event === 'client_event')).toMatchObject({operation_id: 'r-9', details: {n: 1}})
  expect(lines.join('')).not.toMatch(/S3CRET|\u001b/)
})

test('an event that is too large, or of another shape, is refused', async () => {
  const {server} = await openApi()
  const post = async (payload: unknown) =>
    (await server.inject({method: 'POST', url: '/api/v1/trace/log', payload: payload as object})).statusCode
  expect(await post({event: 'x', details: {text: 'x'.repeat(20_000)}})).toBe(413)
  for (const body of [{}, {event: ''}, {event: 7}, {event: 'x', more: 1}, {event: 'x', details: 'text'}, []])
    expect(await post(body), JSON.stringify(body)).toBe(400)
})

test('what Prometheus reads: all of it, or HTTP alone under two names', async () => {
  const {server} = await openApi()
  await server.inject('/')
  const all = await server.inject('/metrics')
  expect(all.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(all.body).toContain('http_requests_total{method="GET",endpoint="/",status="200"} 1')
  expect(all.body).toContain('logs_processed_total')
  for (const url of ['/metrics/http', '/metrics/fastapi']) {
    const {body} = await server.inject(url)
    expect(body).toContain('http_request_duration_seconds')
    expect(body).not.toContain('logs_processed_total')
  }
  const closed = await openApi({env: {LOGFLOW_API_HOST: '0.0.0.0'}})
  expect((await closed.server.inject('/metrics')).statusCode).toBe(401)
})
