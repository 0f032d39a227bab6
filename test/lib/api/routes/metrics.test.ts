import type {FastifyInstance} from 'fastify'
import {describe, expect, test} from 'vitest'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {measureStore} from '../../../../src/lib/flows/measure.js'
import type {Measurement} from '../../../../src/lib/metrics/measurement.js'
import {overview} from '../../../../src/lib/metrics/overview.js'
import {periodOf} from '../../../../src/lib/metrics/period.js'
import {serviceFigures} from '../../../../src/lib/metrics/service.js'
import {systemFigures} from '../../../../src/lib/metrics/system.js'
import {timeseries} from '../../../../src/lib/metrics/timeseries.js'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'
import {UTC} from '../../../../src/lib/record/zone.js'
import type {Store} from '../../../../src/lib/store/store.js'
import {fakeItems} from '../../../contracts/store-records.js'
import {openApi} from '../../../support/open-api.js'

const SINCE = '2026-11-20T00:00:00.000Z'
const UNTIL = '2026-11-22T00:00:00.000Z'
const TIMES = {since: SINCE, until: UNTIL}

const env = {LOGFLOW_API_RATE_LIMITS: 'off'}

async function withRecords() {
  const opened = await openApi({env})
  const store = await opened.parts.store()
  const writer = await store.openWriter()
  await writer.write({items: fakeItems(800), positions: []})
  await writer.close()
  const measured = <T>(measurement: Measurement<T>, query = '', more = {}) => {
    const period = periodOf(SINCE, UNTIL)
    return measureStore(store, measurement, {query: parseQuery(query), period, zone: UTC, withBefore: true, ...more})
  }
  return {...opened, store, measured}
}

const get = (server: FastifyInstance, path: string, query: Record<string, string | string[]> = {}) =>
  server.inject({url: `/api/v1/metrics/${path}`, query})

/** As JSON has it. */
const asJson = async (value: Promise<unknown>) => JSON.parse(JSON.stringify(await value))

describe('the same figures as the commands', () => {
  test('overview', async () => {
    const {server, measured} = await withRecords()
    const answer = await get(server, 'overview', TIMES)
    expect(answer.json()).toEqual(await asJson(measured(overview({services: 20, errors: 5}))))
    expect(answer.json().records).toBeGreaterThan(100)
    const narrowed = await get(server, 'overview', {...TIMES, query: 'level>=warn', top: '2', interval: '1h'})
    const expected = measured(overview({services: 2, errors: 5}), 'level>=warn', {intervalMs: 3_600_000})
    expect(narrowed.json()).toEqual(await asJson(expected))
  })

  test('a service, by any spelling and with any character', async () => {
    const {server, measured} = await withRecords()
    for (const name of ['payment', 'Über-Dienst', 'nobody', "x'; DROP TABLE records; --", '../../etc']) {
      const answer = await get(server, `service/${encodeURIComponent(name)}`, TIMES)
      const query = `service:${JSON.stringify(name)}`
      const expected = await asJson(measured(serviceFigures({service: name, hosts: 10, errors: 5}), query))
      expect(answer.json()).toEqual(expected)
    }
    expect((await get(server, 'service/%20')).statusCode).toBe(400)
  })

  test('the system, with the pipeline', async () => {
    const {server, measured} = await withRecords()
    const {pipeline, ...figures} = (await get(server, 'system', TIMES)).json()
    expect(figures).toEqual(await asJson(measured(systemFigures({hosts: 10}), '', {withBefore: false})))
    expect(pipeline).toMatchObject({
      store: {kind: 'embedded', records: 800},
      bus: {kind: 'embedded', lag: 0, dead_letters: 0},
    })
  })

  test('a time series', async () => {
    const {server, measured} = await withRecords()
    const answer = await get(server, 'timeseries', {...TIMES, interval: '5m', by: 'service', top: '2', compare: 'true'})
    const expected = measured(timeseries({by: 'service', top: 2}), '', {intervalMs: 300_000})
    expect(answer.json()).toEqual(await asJson(expected))
    expect((await get(server, 'timeseries', TIMES)).json().rows.length).toBeGreaterThan(10)
  })
})

describe('kept for a while', () => {
  /** A store that counts how often it is asked. */
  async function counting(fails = () => false) {
    const {parts} = await withRecords()
    const store = await parts.store()
    const asked = {times: 0}
    const watched = {
      kind: 'embedded',
      async aggregate(...args: Parameters<Store['aggregate']>) {
        asked.times++
        await new Promise((resolve) => setTimeout(resolve, 20))
        if (fails()) throw new LogflowError('STORE_UNREACHABLE', 'no answer from http://secret:9200', {retriable: true})
        return store.aggregate(...args)
      },
      close: async () => {},
    } as unknown as Store
    const {server} = await openApi({env, parts: {store: async () => watched}})
    return {server, asked}
  }

  test('a hundred equal requests at once ask the store once', async () => {
    const {server, asked} = await counting()
    const answers = await Promise.all(Array.from({length: 100}, () => get(server, 'overview', TIMES)))
    expect(asked.times).toBe(1)
    expect(new Set(answers.map(({body}) => body)).size).toBe(1)
    expect(answers.filter(({headers}) => headers['x-cache'] === 'miss')).toHaveLength(1)
  })

  test('the next one is given what is there, and how old it is; others are made', async () => {
    const {server, asked} = await counting()
    const first = await get(server, 'overview', {...TIMES, query: 'a', service: 'payment'})
    expect(first.headers).toMatchObject({
      'x-cache': 'miss',
      age: expect.stringMatching(/^\d+$/),
      'content-type': 'application/json; charset=utf-8',
    })
    const again = await get(server, 'overview', {service: 'payment', query: 'a', ...TIMES})
    expect(again.headers).toMatchObject({'x-cache': 'hit', age: expect.stringMatching(/^\d+$/)})
    expect(again.body).toBe(first.body)
    expect(asked.times).toBe(1)
    const others: Array<Record<string, string>> = [
      {query: 'b'},
      {query: 'a'},
      {query: 'a', top: '3'},
      {query: 'x'.repeat(500)},
      {query: 'x'.repeat(501)},
    ]
    for (const query of others) expect((await get(server, 'overview', query)).headers['x-cache']).toBe('miss')
    expect((await get(server, 'timeseries', {query: 'b'})).headers['x-cache']).toBe('miss')
    expect((await get(server, 'service/a')).headers['x-cache']).toBe('miss')
    expect((await get(server, 'service/b')).headers['x-cache']).toBe('miss')
  })

  test('what fails is not kept', async () => {
    let away = true
    const {server, asked} = await counting(() => away)
    const refused = await get(server, 'overview')
    expect([refused.statusCode, refused.json().error]).toEqual([503, 'the store cannot be reached'])
    away = false
    expect((await get(server, 'overview')).headers['x-cache']).toBe('miss')
    expect(asked.times).toBe(2)
  })
})

test.each<[string, Record<string, string | string[]>]>([
  ['overview', {query: '(('}],
  ['overview', {since: 'soonish'}],
  ['overview', {top: '0'}],
  ['overview', {since: '2026-11-21', until: '2026-11-20'}],
  ['overview', {limit: '5'}],
  ['system', {query: 'x'}],
  ['timeseries', {interval: '0s'}],
  ['timeseries', {interval: '5 parsecs'}],
  ['timeseries', {interval: '1ms', since: '30d'}],
  ['timeseries', {by: 'message'}],
  ['timeseries', {timezone: 'Mars/Olympus'}],
  ['service/a', {service: 'b'}],
])('%s with %j is refused with 400', async (path, query) => {
  const {server} = await openApi({env})
  const answer = await get(server, path, query)
  expect([answer.statusCode, answer.json()]).toEqual([
    400,
    expect.objectContaining({error: expect.any(String), code: expect.any(String)}),
  ])
})
