import {createHmac} from 'node:crypto'
import {createServer, type IncomingMessage, type RequestListener, type Server} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import {openChannels} from '../../../src/lib/notify/channels.js'
import type {Notice, Outcome} from '../../../src/lib/notify/notice.js'
import {sampleNotices} from '../../../src/lib/notify/sample-notices.js'
import {MAIL_CERTIFICATE, MAIL_KEY} from '../../support/mail-server.js'

// A real server on a port of its own for everything that a destination may do.

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listening(listener: RequestListener): Promise<{url: string; port: number}> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  return {url: `http://127.0.0.1:${port}`, port}
}

interface Got {
  headers: IncomingMessage['headers']
  body: string
}

async function receiving(answer: (times: number) => [number, Record<string, string>?, string?]) {
  const got: Got[] = []
  const server = await listening((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({headers: request.headers, body: Buffer.concat(chunks).toString()})
      const [status, headers = {}, text = ''] = answer(got.length)
      response.writeHead(status, headers).end(text)
    })
  })
  return {...server, got}
}

const NOTICE = sampleNotices()[0] as Notice

interface Sent {
  config: Record<string, unknown>
  trusted?: boolean
  allow?: string[]
  variables?: Record<string, string>
  timeoutMs?: number
  signal?: AbortSignal
  channel?: 'webhook' | 'slack'
}

function send({config, trusted = true, allow = [], variables = {}, timeoutMs, signal, channel = 'webhook'}: Sent) {
  const channels = openChannels({
    alerts: {allowDestinations: allow, variables},
    now: () => new Date('2026-01-01T00:00:00Z'),
    ...(timeoutMs === undefined ? {} : {timeoutMs}),
  })
  const opened = channels.get(channel)
  if (!opened) throw new Error(`no ${channel}`)
  return opened.send(NOTICE, {config, trusted, signal: signal ?? new AbortController().signal})
}

function refusal(outcome: Outcome): Extract<Outcome, {sent: false}> {
  if (outcome.sent) throw new Error('was sent')
  return outcome
}

test('posts the notice as JSON, with its id as idempotency key', async () => {
  const {url, got} = await receiving(() => [200])
  expect(await send({config: {url: `${url}/alerts`, headers: {'X-Team': 'shop'}}})).toEqual({
    sent: true,
    detail: 'answered 200',
  })
  expect(got).toHaveLength(1)
  expect(JSON.parse(got[0]?.body ?? '')).toEqual(NOTICE)
  expect(got[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': NOTICE.id,
    'webhook-id': NOTICE.id,
    'webhook-timestamp': '1767225600',
    'x-team': 'shop',
  })
  expect(got[0]?.headers).not.toHaveProperty('webhook-signature')
})

test.each([
  ['whsec_', `whsec_${Buffer.from('a key of some length').toString('base64')}`, Buffer.from('a key of some length')],
  ['any text', 'a key of some length', Buffer.from('a key of some length')],
])('signs as Standard Webhooks does: %s', async (_, secret, key) => {
  const {url, got} = await receiving(() => [204])
  expect((await send({config: {url, secret}})).sent).toBe(true)
  const {headers, body} = got[0] as Got
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const signature = createHmac('sha256', key).update(signed).digest('base64')
  expect(headers['webhook-signature']).toBe(`v1,${signature}`)
})

test('fills a template, and variables in the URL, headers and secret', async () => {
  const {url, got} = await receiving(() => [200])
  const config = {
    url: `${url}/\${LOGFLOW_ALERT_PATH}`,
    headers: {authorization: `Bearer \${LOGFLOW_ALERT_TOKEN}`},
    template: {summary: '{{title}}', value: '{{alert.value}}', all: '{{alerts}}'},
  }
  const variables = {LOGFLOW_ALERT_PATH: 'p', LOGFLOW_ALERT_TOKEN: 'tok'}
  expect((await send({config, variables})).sent).toBe(true)
  expect(got[0]?.headers.authorization).toBe('Bearer tok')
  expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({value: 1.5, all: NOTICE.alerts})
})

test('a variable that is not set is told, and tried again', async () => {
  const {url, got} = await receiving(() => [200])
  expect(await send({config: {url, secret: `\${LOGFLOW_ALERT_NONE}`}})).toEqual({
    sent: false,
    reason: 'the environment variable LOGFLOW_ALERT_NONE is not set',
    retriable: true,
  })
  expect(got).toEqual([])
})

test.each([
  [500, true],
  [503, true],
  [408, true],
  [425, true],
  [429, true],
  [400, false],
  [401, false],
  [404, false],
  [410, false],
])('%i: tried again %s', async (status, retriable) => {
  const {url} = await receiving(() => [status, {}, 'what it\nsaid'])
  expect(await send({config: {url}})).toEqual({sent: false, reason: `answered ${status}: what it said`, retriable})
})

test.each([
  ['7', 7_000],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['999999999', 3_600_000],
  ['soon', undefined],
])('Retry-After %s is held to', async (header, ms) => {
  const {url} = await receiving(() => [429, {'retry-after': header}])
  expect(refusal(await send({config: {url}})).afterMs).toBe(ms)
})

test.each([301, 302, 303, 307, 308])(
  'a redirect (%i) to a private address is not followed, nor told in full',
  async (status) => {
    const inside = await receiving(() => [200])
    const {url} = await receiving(() => [status, {location: `${inside.url}/secret-path`}])
    expect(await send({config: {url, secret: 's3cret'}})).toEqual({
      sent: false,
      reason: `answered ${status}: a redirect to ${inside.url}, which is not followed`,
      retriable: false,
    })
    expect(inside.got).toEqual([])
  },
)

test('a destination that hangs is given up after the time limit, and tried again', async () => {
  const {url} = await listening(() => {})
  expect(await send({config: {url}, timeoutMs: 200})).toEqual({
    sent: false,
    reason: 'no answer from 127.0.0.1 within 0.2 s',
    retriable: true,
  })
})

test('one that answers, and is cut off in its body, has taken the notice', async () => {
  const {url} = await listening((request, response) => {
    // Not before all of the request has come: a reset could overtake the answer.
    request.resume().on('end', () => {
      response.writeHead(200)
      response.write('o', () => request.socket.destroy())
    })
  })
  expect(await send({config: {url}})).toEqual({sent: true, detail: 'answered 200'})
})

test('megabytes of an answer are not read', async () => {
  let written = 0
  const {url} = await listening((_, response) => {
    response.writeHead(500)
    const more = () => {
      while (!response.destroyed) {
        written += 65_536
        if (!response.write(Buffer.alloc(65_536, 'x'))) break
      }
    }
    response.on('drain', more)
    more()
  })
  const {reason, retriable} = refusal(await send({config: {url}}))
  expect(retriable).toBe(true)
  expect(reason.length).toBeLessThan(300)
  // It ends by itself since the connection was closed, long before the time limit.
  expect(written).toBeLessThan(64 * 2 ** 20)
})

test('what refuses, is not there, or closes without an answer is tried again', async () => {
  const {url, port} = await listening((request) => request.socket.destroy())
  expect(refusal(await send({config: {url}}))).toMatchObject({retriable: true})
  const server = servers.pop() as Server
  await new Promise((resolve) => server.close(resolve))
  expect(await send({config: {url: `http://127.0.0.1:${port}`}})).toEqual({
    sent: false,
    reason: '127.0.0.1 refused the connection',
    retriable: true,
  })
})

test('an end that is asked for ends the request', async () => {
  const control = new AbortController()
  const {url} = await listening(() => control.abort())
  expect(await send({config: {url}, signal: control.signal})).toEqual({
    sent: false,
    reason: 'ended before an answer came',
    retriable: true,
  })
})

test('a secret that comes back in an answer is not told', async () => {
  const {url} = await receiving(() => [400, {}, 'bad signature with s3cret-key and tok3n'])
  const config = {url, secret: 's3cret-key', headers: {'x-key': `\${LOGFLOW_ALERT_KEY}`}}
  const {reason} = refusal(await send({config, variables: {LOGFLOW_ALERT_KEY: 'tok3n'}}))
  expect(reason).toBe('answered 400: bad signature with *** and ***')
})

test('a certificate that nobody vouches for is told, and tried again', async () => {
  const server = createTlsServer({cert: MAIL_CERTIFICATE, key: MAIL_KEY}, (_, response) => response.end())
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  for (const host of ['127.0.0.1', 'localhost']) {
    const {reason, retriable} = refusal(await send({config: {url: `https://${host}:${port}/`}}))
    expect(reason).toMatch(new RegExp(`^${host}: .*certificate`))
    expect(retriable).toBe(true)
  }
})

// Rules made over the API.

test.each([
  '127.0.0.1',
  '2130706433',
  '0x7f.1',
  '017700000001',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '0.0.0.0',
  'localhost',
])('a rule made over the API does not reach this machine as %s', async (host) => {
  const {port, got} = await receiving(() => [200])
  const {reason, retriable} = refusal(await send({config: {url: `http://${host}:${port}/`}, trusted: false}))
  expect(reason).toContain('is not a public address: alerts.allow_destinations must name it')
  expect(retriable).toBe(false)
  expect(got).toEqual([])
})

test.each([
  ['127.0.0.0/8', '127.0.0.1'],
  ['127.0.0.1', '127.0.0.1'],
  ['localhost', 'localhost'],
])('alerts.allow_destinations=%s lets it reach %s, but does not tell what that says', async (allowed, host) => {
  const {port, got} = await receiving((times) => (times === 1 ? [200] : [400, {}, 'inside']))
  const sent = {config: {url: `http://${host}:${port}/`}, trusted: false, allow: [allowed]}
  expect((await send(sent)).sent).toBe(true)
  expect(got).toHaveLength(1)
  expect(refusal(await send(sent)).reason).toBe('answered 400')
})

test('a variable is sent to no host that the operator did not name', async () => {
  const {url, port, got} = await receiving(() => [200])
  const variables = {LOGFLOW_ALERT_KEY: 'k', LOGFLOW_ALERT_URL: url}
  const headers = {'x-key': `\${LOGFLOW_ALERT_KEY}`}
  const range = {trusted: false, allow: ['127.0.0.0/8'], variables}
  expect(await send({...range, config: {url, headers}})).toEqual({
    sent: false,
    reason: 'LOGFLOW_ALERT_KEY is not sent to 127.0.0.1: alerts.allow_destinations must name that host',
    retriable: false,
  })
  expect(got).toEqual([])
  expect((await send({...range, config: {url: `\${LOGFLOW_ALERT_URL}`, headers}})).sent).toBe(true)
  const named = {...range, allow: ['localhost'], config: {url: `http://localhost:${port}/`, headers}}
  expect((await send(named)).sent).toBe(true)
})

test('what an answer says of the path and the parameters is told without what is secret of them', async () => {
  const paths: string[] = []
  const server = await listening((request, response) => {
    paths.push(request.url ?? '')
    response.writeHead(404).end(`Cannot POST ${request.url}; no such hook a8f3Kq92LmZx, token q%r`)
  })
  const config = {url: `${server.url}/hooks/a8f3Kq92LmZx/new?token=q%25r-7`}
  const {reason} = refusal(await send({config}))
  expect(paths).toEqual(['/hooks/a8f3Kq92LmZx/new?token=q%25r-7'])
  expect(reason).toBe('answered 404: Cannot POST ***; no such hook ***, token q%r')
})
