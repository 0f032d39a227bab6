import {once} from 'node:events'
import {request as httpRequest, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {FastifyInstance} from 'fastify'
import {expect, onTestFinished, test} from 'vitest'
import {makeItem} from '../../../contracts/store-records.js'
import {openApi} from '../../../support/open-api.js'
import {until} from '../../../support/until.js'

interface Event {
  event: string
  id?: string
  data: Record<string, unknown>
}

interface Stream {
  answer: IncomingMessage
  events: Event[]
  /** Messages of the records that came. */
  messages(): unknown[]
  close(): void
}

/** Reads server-sent events as a browser does. */
async function listen(server: FastifyInstance, query = '', headers: Record<string, string> = {}): Promise<Stream> {
  if (!server.server.listening) await server.listen({host: '127.0.0.1', port: 0})
  const {port} = server.server.address() as AddressInfo
  const asked = httpRequest({port, host: '127.0.0.1', path: `/api/v1/logs/stream${query}`, headers})
  asked.on('error', () => {})
  asked.end()
  onTestFinished(() => void asked.destroy())
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const events: Event[] = []
  let text = ''
  answer.setEncoding('utf8').on('error', () => {})
  answer.on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const value = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const event = value('event')
      const id = value('id')
      if (event) events.push({event, ...(id === undefined ? {} : {id}), data: JSON.parse(value('data') ?? '')})
    }
  })
  const messages = () => events.filter(({event}) => event === 'record').map(({data}) => data.message)
  return {answer, events, messages, close: () => void asked.destroy()}
}

async function open(env: Record<string, string> = {}) {
  const opened = await openApi({env: {LOGFLOW_API_RATE_LIMITS: 'off', ...env}})
  const writer = await (await opened.parts.store()).openWriter()
  onTestFinished(() => writer.close())
  let next = 0
  const write = async (...messages: string[]) => {
    const items = messages.map((message) => makeItem('app', next++ * 100, {message, service: message.split(' ')[0]}))
    await writer.write({items, positions: []})
  }
  return {...opened, write}
}

const caughtUp = ({events}: Stream) => events.some(({event}) => event === 'caught_up')

test('records as they arrive, of those that are asked for', async () => {
  const {server, write} = await open()
  await write('shop before')
  const stream = await listen(server, '?service=shop')
  expect(stream.answer.headers).toMatchObject({'content-type': 'text/event-stream', 'cache-control': 'no-store'})
  await until(() => caughtUp(stream))
  await write('shop one', 'payment two', 'shop three\nwith\r\nline ends')
  await until(() => stream.messages().length === 2)
  expect(stream.messages()).toEqual(['shop one', 'shop three\nwith\r\nline ends'])
})

test('the newest that are there already come first where that is asked for, and once', async () => {
  const {server, write} = await open()
  await write('a 1', 'a 2', 'a 3')
  const stream = await listen(server, '?last=2')
  await until(() => caughtUp(stream))
  await write('a 4')
  await until(() => stream.messages().includes('a 4'))
  expect(stream.messages()).toEqual(['a 2', 'a 3', 'a 4'])
})

test('who comes back with the last id misses nothing and is told nothing twice, from within a page too', async () => {
  const {server, write} = await open()
  const first = await listen(server, '?query=NOT%20skip')
  await until(() => caughtUp(first))
  const all = Array.from({length: 6}, (_, i) => `n ${i}`)
  await write('n 0', 'skip a', 'n 1', 'n 2')
  await until(() => first.messages().length === 3)
  first.close()
  await write('skip b', 'n 3', 'n 4', 'n 5')
  const ids = first.events.filter(({event}) => event === 'record').map(({id}) => id as string)
  expect(new Set(ids).size).toBe(3)
  for (const [i, id] of ids.entries()) {
    const again = await listen(server, '?query=NOT%20skip', {'last-event-id': id})
    await until(() => again.messages().length === all.length - i - 1)
    expect(again.messages()).toEqual(all.slice(i + 1))
    again.close()
  }
  const id = first.events.find(({event}) => event === 'caught_up')?.id as string
  const byParameter = await listen(server, `?query=NOT%20skip&last_event_id=${encodeURIComponent(id)}`)
  await until(() => byParameter.messages().length === all.length)
  expect(byParameter.messages()).toEqual(all)
})

test('a place that is none, or a query that is none, is an answer of its own', async () => {
  const {server} = await open()
  for (const id of ['x', '1@', '-1@1.0.0', '1@../../etc/passwd', '99999999999@1.0.0', '0@\u00e9']) {
    const answer = await server.inject({url: '/api/v1/logs/stream', query: {last_event_id: id}})
    expect([id, answer.statusCode]).toEqual([id, 400])
  }
  const answer = await server.inject({url: '/api/v1/logs/stream', query: {query: '('}})
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'bad_query'])
})

test('a server that ends says so, and the client knows to come back', async () => {
  const {server, stop} = await open()
  const stream = await listen(server)
  await until(() => caughtUp(stream))
  stop.abort()
  await once(stream.answer, 'end')
  expect(stream.events.at(-1)).toEqual({
    event: 'problem',
    data: {error: expect.any(String), code: 'server_unreachable', request_id: expect.any(String), retriable: true},
  })
})

test('a stream goes on for longer than an answer may take', async () => {
  const {server, write} = await open({LOGFLOW_API_REQUEST_TIMEOUT: '200ms'})
  const stream = await listen(server)
  await until(() => caughtUp(stream))
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await write('a late')
  await until(() => stream.messages().includes('a late'))
  expect(stream.events.map(({event}) => event)).not.toContain('problem')
})

test('who goes away ends the following', async () => {
  let following = 0
  const {parts} = await open()
  const store = await parts.store()
  const watched = {
    kind: 'embedded',
    followsBestEffort: false,
    position: () => store.position(),
    async *follow(...args: Parameters<typeof store.follow>) {
      following++
      try {
        yield* store.follow(...args)
      } finally {
        following--
      }
    },
    close: async () => {},
  }
  const {server} = await openApi({parts: {store: async () => watched as never}})
  const streams = [await listen(server), await listen(server)]
  await until(() => streams.every(caughtUp))
  expect(following).toBe(2)
  for (const stream of streams) stream.close()
  await until(() => following === 0)
})
