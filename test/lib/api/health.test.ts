import {expect, test} from 'vitest'
import {openHealth} from '../../../src/lib/api/health.js'
import type {Store} from '../../../src/lib/store/store.js'
import {type OpenApi, openApi} from '../../support/open-api.js'
import {until} from '../../support/until.js'

/** The health once it says so: a busy machine may take too long over the first look. */
async function settled(server: OpenApi['server'], url: string, says: string) {
  let answer = await server.inject(url)
  await until(async () => {
    answer = await server.inject(url)
    return answer.body.includes(says)
  })
  return answer
}

const away = async (): Promise<never> => {
  throw new Error('away')
}

test('what is needed and does not answer makes the server unhealthy, by name', async () => {
  const {server} = await openApi({parts: {store: away}})
  for (const url of ['/health', '/api/v1/health']) {
    const answer = await settled(server, url, '"bus":"healthy","database":"healthy"')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toEqual({
      status: 'unhealthy',
      timestamp: expect.stringMatching(/Z$/),
      services: {store: 'unhealthy', bus: 'healthy', database: 'healthy'},
    })
  }
})

test('without Redis it is degraded, and answers', async () => {
  const {server} = await openApi({env: {REDIS_URL: 'redis://127.0.0.1:1'}})
  const answer = await settled(server, '/health', '"degraded"')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({status: 'degraded', services: {redis: 'unhealthy', store: 'healthy'}})
})

test('what runs beside it and has failed makes it unhealthy', async () => {
  const {server} = await openApi({parts: {beside: new Map([['processor', () => false]])}})
  const answer = await server.inject('/health')
  expect(answer.statusCode).toBe(503)
  expect(answer.json().services).toMatchObject({processor: 'unhealthy'})
})

test('a part that says nothing is down, and is asked once for all who ask meanwhile', async () => {
  let asked = 0
  const {parts} = await openApi()
  const health = openHealth({
    ...parts,
    store: () => {
      asked++
      return new Promise<Store>(() => {})
    },
  })
  const answers = await Promise.all(Array.from({length: 20}, health))
  expect(asked).toBe(1)
  for (const {status, services} of answers) {
    expect(status).toBe('unhealthy')
    expect(services).toMatchObject({store: 'unhealthy'})
  }
})

test('an answer that does not come in time becomes a problem', async () => {
  const {server} = await openApi({
    env: {LOGFLOW_API_REQUEST_TIMEOUT: '300ms'},
    parts: {store: () => new Promise<Store>(() => {})},
  })
  const answer = await server.inject('/api/v1/logs/recent')
  expect(answer.statusCode).toBe(504)
  expect(answer.json()).toMatchObject({error: 'it took too long', code: 'timeout'})
})
