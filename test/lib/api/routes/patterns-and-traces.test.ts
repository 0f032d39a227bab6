import type {FastifyInstance} from 'fastify'
import {expect, test} from 'vitest'
import {findPatterns} from '../../../../src/lib/flows/find-patterns.js'
import {traceJson} from '../../../../src/lib/trace/trace-json.js'
import {buildTrace} from '../../../../src/lib/trace/trace-tree.js'
import {makeItem} from '../../../contracts/store-records.js'
import {openApi} from '../../../support/open-api.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

async function withRecords() {
  const opened = await openApi({env: {LOGFLOW_API_RATE_LIMITS: 'off'}})
  const store = await opened.parts.store()
  const writer = await store.openWriter()
  const at = (i: number) => new Date(Date.parse('2026-11-20T10:00:00Z') + i * 1_000).toISOString()
  const lines = Array.from({length: 40}, (_, i) =>
    makeItem('app', i * 100, {
      '@timestamp': at(i),
      message: `user ${i} logged in after ${i * 7} ms`,
      service: 'auth',
      level: 'INFO',
    }),
  )
  const spans = [
    {span_id: 'aaaaaaaaaaaaaaaa', service: 'shop', message: 'checkout', duration_ms: 90},
    {
      span_id: 'bbbbbbbbbbbbbbbb',
      parent_span_id: 'aaaaaaaaaaaaaaaa',
      service: 'payment',
      message: 'card declined',
      level: 'ERROR' as const,
    },
  ].map((span, i) => makeItem('traced', i * 100, {...span, '@timestamp': at(60 + i), trace_id: TRACE}))
  await writer.write({items: [...lines, ...spans], positions: []})
  await writer.close()
  return {...opened, store, traced: spans.map(({record}) => record.id)}
}

const get = (server: FastifyInstance, path: string, query: Record<string, string> = {}) =>
  server.inject({url: `/api/v1/${path}`, query})

test('/patterns folds messages as the command does, and keeps its answer', async () => {
  const {server, store} = await withRecords()
  const answer = await get(server, 'patterns', {service: 'auth'})
  const query = {
    kind: 'field',
    field: {in: 'record', name: 'service'},
    test: {kind: 'equals', value: 'auth', quoted: true},
  } as const
  const expected = await findPatterns(store.search({query, order: 'oldest', limit: 1_000}))
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(expected)))
  expect(answer.json().patterns).toMatchObject([{count: 40, template: 'user <*> logged in after <*>'}])
  const again = await get(server, 'patterns', {service: 'auth'})
  expect([again.headers['x-cache'], again.body]).toEqual(['hit', answer.body])
  const fresh = (await get(server, 'patterns', {new_since: '2026-11-20T10:01:00Z', limit: '1'})).json()
  expect(fresh).toMatchObject({patterns: [{count: 1}], templates: 3, before: 40})
})

test('/traces/{id} draws a trace as the command does, by the beginning of its id too', async () => {
  const {server, store, traced} = await withRecords()
  const records = (await Promise.all(traced.map((id) => store.get(id)))).flatMap((record) => record ?? [])
  const drawn = (options: object) => JSON.parse(JSON.stringify(traceJson(buildTrace(TRACE, records), options)))
  expect((await get(server, `traces/${TRACE}`)).json()).toEqual(drawn({spansOnly: false, errorsOnly: false}))
  expect((await get(server, `traces/${TRACE.slice(0, 8)}`)).json()).toEqual(
    drawn({spansOnly: false, errorsOnly: false}),
  )
  const narrowed = await get(server, `traces/${TRACE}`, {spans_only: 'true', errors: 'true'})
  expect(narrowed.json()).toEqual(drawn({spansOnly: true, errorsOnly: true}))
})

test('what is not there is not found, and what is no question is refused', async () => {
  const {server} = await withRecords()
  for (const id of ['nosuchtrace', "' OR '1'='1", '../../etc/passwd', '%', '*']) {
    const answer = await get(server, `traces/${encodeURIComponent(id)}`)
    expect([id, answer.statusCode, answer.json().code]).toEqual([id, 404, 'not_found'])
  }
  const refused: Array<[string, Record<string, string>]> = [
    ['traces/abcd', {all: 'true'}],
    ['patterns', {limit: '0'}],
    ['patterns', {query: '(('}],
    ['patterns', {new_since: 'soonish'}],
    ['patterns', {since: '1h', new_since: '2h'}],
  ]
  for (const [path, query] of refused)
    expect([path, query, (await get(server, path, query)).statusCode]).toEqual([path, query, 400])
})
