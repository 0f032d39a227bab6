import {createServer, type IncomingMessage, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {RemoteClient} from '../../../src/lib/remote/client.js'
import {unreachable} from '../../../src/lib/remote/errors.js'

const TOKEN = 'lf_top-secret-token'

/** A server that answers as it is told, and a client of it. */
async function against(answer: RequestListener): Promise<{client: RemoteClient; url: string; server: Server}> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/x-ndjson')
    answer(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {client: new RemoteClient({url, token: TOKEN, version: '1.2.3'}), url, server}
}

const ASK = {path: '/api/v1/thing', repeatable: true}

async function failure(work: Promise<unknown>): Promise<LogflowError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(LogflowError)
  const {message, suggestions, cause} = error as LogflowError
  expect(JSON.stringify([message, suggestions, String((cause as Error | undefined)?.stack)])).not.toContain(TOKEN)
  return error as LogflowError
}

async function linesOf(client: RemoteClient, signal?: AbortSignal): Promise<object[]> {
  const lines: object[] = []
  for await (const line of client.stream({...ASK, signal})) lines.push(line)
  return lines
}

test('a request says who asks, with what, and sends JSON', async () => {
  const seen: Array<[IncomingMessage, string]> = []
  const {client} = await against((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push([request, body])
      response.end('{"n":1}')
    })
  })
  const query = {a: 'b c', limit: 5, absent: undefined}
  expect(await client.ask({...ASK, method: 'POST', query, body: {x: 'ü'}, headers: {'x-more': 'y'}})).toEqual({n: 1})
  const [[request, body]] = seen as [[IncomingMessage, string]]
  expect([request.method, request.url, body]).toEqual(['POST', '/api/v1/thing?a=b+c&limit=5', '{"x":"ü"}'])
  expect(request.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    'user-agent': 'logflow/1.2.3',
    'content-type': 'application/json',
    'x-more': 'y',
  })
})

test('an empty answer is nothing, and another token can be sent, or none', async () => {
  const sent: unknown[] = []
  const {client} = await against((request, response) => {
    sent.push(request.headers.authorization)
    response.writeHead(204).end()
  })
  expect(await client.ask({...ASK, token: null})).toBeUndefined()
  expect(await client.ask({...ASK, token: 'other'})).toBeUndefined()
  expect(sent).toEqual([undefined, 'Bearer other'])
})

// What a server answers, and what is made of it.
const PROBLEM = {request_id: 'r-1', error: `said with ${TOKEN} inside\u001b[31m`}
test.each([
  [400, {...PROBLEM, code: 'bad_query', suggestions: ['write it so']}, 'BAD_QUERY', false, 'write it so'],
  [400, {error: 'x'}, 'USAGE', false, undefined],
  [401, {...PROBLEM, code: 'unauthorised'}, 'UNAUTHORISED', false, 'logflow auth login URL'],
  [403, {...PROBLEM, code: 'forbidden'}, 'FORBIDDEN', false, expect.stringContaining('whoami')],
  [404, {...PROBLEM, code: 'not_found'}, 'NOT_FOUND', false, undefined],
  [409, {...PROBLEM, code: 'already_there'}, 'ALREADY_THERE', false, undefined],
  [500, {...PROBLEM, code: 'internal'}, 'BACKEND_REFUSED', false, expect.stringContaining('request id')],
  [501, {...PROBLEM, code: 'not_supported'}, 'NOT_SUPPORTED', false, undefined],
  [503, {...PROBLEM, code: 'store_unreachable'}, 'STORE_UNREACHABLE', true, undefined],
  [503, {...PROBLEM, code: 'disk_full', retriable: true}, 'DISK_FULL', true, undefined],
  [200, '<html>', 'BACKEND_REFUSED', false, expect.stringContaining('proxy')],
  [200, '{"half":', 'SERVER_UNREACHABLE', true, expect.anything()],
  [404, '<html>a proxy', 'BACKEND_REFUSED', false, expect.stringContaining('proxy')],
  [502, 'bad gateway', 'SERVER_UNREACHABLE', true, expect.anything()],
  [401, '', 'UNAUTHORISED', false, 'logflow auth login URL'],
])('%i %j is %s', async (status, body, code, retriable, suggestion) => {
  const {client, url} = await against((_, response) =>
    response
      .writeHead(status, {'content-type': body === '<html>' ? 'text/html' : 'application/json'})
      .end(typeof body === 'string' ? body : JSON.stringify(body)),
  )
  const error = await failure(client.ask({...ASK, repeatable: false}))
  expect({...error, suggestions: error.suggestions[0]?.replace(url, 'URL')}).toMatchObject({code, retriable})
  expect(error.suggestions[0]?.replace(url, 'URL')).toEqual(suggestion)
  expect(error.message).not.toMatch(/[\u0000-\u001f]/)
})

test('a sign-in that has ended is told as that, and none at all as another', async () => {
  const {url} = await against((_, response) => response.writeHead(401).end('{"error":"no"}'))
  const ended = new RemoteClient({url, token: TOKEN, tokenExpiresAt: '2026-01-01T00:00:00Z'})
  expect((await failure(ended.ask(ASK))).message).toBe(`your sign-in at ${url} ended at 2026-01-01T00:00:00Z`)
  expect((await failure(new RemoteClient({url}).ask(ASK))).message).toBe(`the server at ${url} asks you to sign in`)
})

test('a redirection is told, and the token does not travel on', async () => {
  const other = await against((_, response) => response.end('{}'))
  const {client} = await against((_, response) => response.writeHead(302, {location: `${other.url}/x?y=z`}).end())
  const error = await failure(client.ask(ASK))
  expect(error).toMatchObject({code: 'BACKEND_REFUSED', message: expect.stringContaining(`(${other.url})`)})
})

test('what was asked too often is asked again when the server says so', async () => {
  let asked = 0
  const {client} = await against((_, response) => {
    if (asked++ === 0)
      response.writeHead(429, {'retry-after': '1'}).end('{"error":"Rate limit exceeded","code":"throttled"}')
    else response.end('{"n":2}')
  })
  const began = performance.now()
  expect(await client.ask({...ASK, repeatable: false})).toEqual({n: 2})
  expect(performance.now() - began).toBeGreaterThan(900)
})

test('a wait that is too long is told instead', async () => {
  let asked = 0
  const {client} = await against((_, response) => {
    asked++
    response
      .writeHead(429, {'retry-after': '3600'})
      .end('{"error":"Rate limit exceeded: 5 per 1 hour","code":"throttled"}')
  })
  const error = await failure(client.ask(ASK))
  expect(error).toMatchObject({code: 'THROTTLED', retriable: true, message: expect.stringContaining('in 3600 s')})
  expect(asked).toBe(1)
})

test('a wait that the server tells of in words is told once', async () => {
  const {client} = await against((_, response) => {
    response
      .writeHead(429, {'retry-after': '3600'})
      .end('{"error":"too many failed sign-ins: try again in 60 min","code":"throttled"}')
  })
  const {message} = (await failure(client.ask(ASK))) as Error
  expect(message).toMatch(/try again in 60 min$/)
})

test('what may be repeated is asked again after a connection that broke, and nothing else', async () => {
  let asked = 0
  const {client} = await against((request, response) => {
    if (++asked === 2) response.end('{"n":3}')
    else request.socket.destroy()
  })
  expect(await client.ask(ASK)).toEqual({n: 3})
  expect(asked).toBe(2)
  expect(await failure(client.ask({...ASK, repeatable: false}))).toMatchObject({
    code: 'SERVER_UNREACHABLE',
    retriable: true,
  })
  expect(asked).toBe(3)
})

test('a server that is not there, and one that says nothing', async () => {
  const {client, server, url} = await against(() => {})
  const slow = await failure(client.ask({...ASK, repeatable: false, timeoutMs: 200}))
  expect(slow).toMatchObject({code: 'SERVER_UNREACHABLE', retriable: true, message: expect.stringContaining('0.2 s')})
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  expect(await failure(client.ask(ASK))).toMatchObject({
    code: 'SERVER_UNREACHABLE',
    retriable: true,
    message: `no answer from the logflow server at ${url}: nothing listens there`,
  })
})

test('https to a server without TLS says so', async () => {
  const {url} = await against((_, response) => response.end())
  const error = await failure(new RemoteClient({url: url.replace('http:', 'https:')}).ask(ASK))
  expect(error).toMatchObject({code: 'SERVER_UNREACHABLE', retriable: false})
  expect(error.suggestions).toEqual(['Check the address: should it begin with http://?'])
})

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
])('%s is told as: %s', (code, said) => {
  const fault = Object.assign(new TypeError('fetch failed'), {cause: Object.assign(new Error('x'), {code})})
  const error = unreachable(fault, {url: 'https://h'})
  expect(error).toMatchObject({code: 'SERVER_UNREACHABLE', retriable: false})
  expect(error.message).toBe(`no safe connection to the logflow server at https://h: ${said}`)
})

test('the signal ends a request with its own reason', async () => {
  const {client} = await against(() => {})
  const stop = new AbortController()
  const asking = client.ask({...ASK, signal: stop.signal})
  stop.abort(new Error('enough'))
  await expect(asking).rejects.toThrow('enough')
})

test('the lines of a stream, cut anywhere, up to its end', async () => {
  const text = `{"a":"ü"}\n\n{"a":2}\n{"end":true}\n`
  const bytes = Buffer.from(text)
  for (const at of [1, 8, 9, 12, 13, bytes.length - 1]) {
    const {client} = await against((_, response) => {
      response.write(bytes.subarray(0, at))
      setTimeout(() => response.end(bytes.subarray(at)), 10)
    })
    expect(await linesOf(client)).toEqual([{a: 'ü'}, {a: 2}])
  }
})

test.each([
  ['ends without saying so', '{"a":1}\n', 'cut off'],
  ['ends inside its last line', '{"a":1}\n{"end":true}', 'cut off'],
  ['holds something else', '{"a":1}\nnonsense\n{"end":true}\n', 'cut off'],
])('a stream that %s is never a whole answer', async (_, text, said) => {
  const {client} = await against((_request, response) => response.end(text))
  const error = await failure(linesOf(client))
  expect(error).toMatchObject({code: 'SERVER_UNREACHABLE', retriable: true, message: expect.stringContaining(said)})
})

test('a stream whose connection breaks is an error, and so is one that ends with a problem', async () => {
  const broken = await against((request, response) => {
    response.write('{"a":1}\n', () => setTimeout(() => request.socket.destroy(), 10))
  })
  expect(await failure(linesOf(broken.client))).toMatchObject({code: 'SERVER_UNREACHABLE', retriable: true})
  const problem = {error: 'no answer from Elasticsearch', code: 'store_unreachable'}
  const told = await against((_, response) => response.end(`{"a":1}\n${JSON.stringify({problem})}\n`))
  expect(await failure(linesOf(told.client))).toMatchObject({code: 'STORE_UNREACHABLE', retriable: true})
})

test('a stream that is silent for too long is given up, and one whose signal aborts just ends', async () => {
  const {client} = await against((_, response) => response.write('{"a":1}\n'))
  const silent = (async () => {
    for await (const _ of client.stream({...ASK, timeoutMs: 300}));
  })()
  expect(await failure(silent)).toMatchObject({code: 'SERVER_UNREACHABLE', retriable: true})
  const stop = new AbortController()
  const lines: object[] = []
  for await (const line of client.stream({...ASK, signal: stop.signal})) {
    lines.push(line)
    stop.abort()
  }
  expect(lines).toEqual([{a: 1}])
})

test('a stream left in the middle closes its connection', async () => {
  let closed: () => void = () => {}
  const gone = new Promise<void>((done) => {
    closed = done
  })
  const {client} = await against((request, response) => {
    request.socket.on('close', () => closed())
    response.write('{"a":1}\n')
  })
  for await (const _ of client.stream(ASK)) break
  await gone
})
