import {EventEmitter} from 'node:events'
import type {FastifyReply} from 'fastify'
import {expect, test} from 'vitest'
import type {ApiParts} from '../../../src/lib/api/api.js'
import {admitStream, MOST_OF_ONE} from '../../../src/lib/api/open-streams.js'
import {openApi} from '../../support/open-api.js'
import {until} from '../../support/until.js'

const NOBODY = {subject: 'anonymous', role: 'user', scopes: new Set<never>()} as const

function aReply() {
  const raw = Object.assign(new EventEmitter(), {destroyed: false})
  return {raw, reply: {raw} as unknown as FastifyReply}
}

test('one address has so many streams at once, others have theirs, and what ends makes room', () => {
  const parts = {} as ApiParts
  const open = (source: string) => {
    const {raw, reply} = aReply()
    admitStream(parts, reply, {...NOBODY, source})
    return raw
  }
  const mine = Array.from({length: MOST_OF_ONE}, () => open('203.0.113.7'))
  expect(() => open('203.0.113.7')).toThrow(expect.objectContaining({code: 'THROTTLED', retryAfterMs: 5_000}))
  open('203.0.113.8')
  mine[3]?.emit('close')
  open('203.0.113.7')
  expect(() => open('203.0.113.7')).toThrow('100 streams at once')
})

test('a server has so many at once', () => {
  const parts = {} as ApiParts
  const open = (n: number) => admitStream(parts, aReply().reply, {...NOBODY, source: `10.0.0.${n % 200}`})
  for (let n = 0; n < 1_000; n++) open(n)
  expect(() => open(1_000)).toThrow('1000 streams at once on this server')
})

test('over HTTP: 429 while too many follow, and room again once one has gone', async () => {
  const {server, parts} = await openApi({env: {LOGFLOW_API_RATE_LIMITS: 'off'}})
  const url = `${await server.listen({host: '127.0.0.1', port: 0})}/api/v1/logs/stream`
  const held = Array.from({length: MOST_OF_ONE}, () => aReply())
  for (const {reply} of held) admitStream(parts, reply, {...NOBODY, source: '127.0.0.1'})
  const refused = await fetch(url)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(await refused.json()).toMatchObject({code: 'throttled', error: 'Rate limit exceeded: 100 streams at once'})
  held[0]?.raw.emit('close')
  const stop = new AbortController()
  expect((await fetch(url, {signal: stop.signal})).status).toBe(200)
  expect((await fetch(url)).status).toBe(429)
  stop.abort()
  await until(async () => {
    const again = new AbortController()
    const {status} = await fetch(url, {signal: again.signal})
    again.abort()
    return status === 200
  })
})
