import {expect, test} from 'vitest'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {ADMIN, knownTokens, openApi} from '../../support/open-api.js'

const admin = {authorization: 'Bearer admin'}
const accounts = knownTokens({admin: ADMIN, user: {}})

test('settings are seen and changed by admins alone', async () => {
  const {server} = await openApi({parts: {accounts}})
  for (const request of [
    {method: 'GET', url: '/api/v1/config'},
    {method: 'PUT', url: '/api/v1/config/registration', payload: {value: false}},
  ] as const) {
    expect((await server.inject(request)).statusCode).toBe(401)
    expect((await server.inject({...request, headers: {authorization: 'Bearer user'}})).statusCode).toBe(403)
  }
})

test('a setting that is changed holds at once, is told, and leaves a row in the audit trail', async () => {
  const {server, parts} = await openApi({parts: {accounts}})
  const put = (key: string, value: unknown) =>
    server.inject({method: 'PUT', url: `/api/v1/config/${key}`, headers: admin, payload: {value} as object})
  const metrics = async () => (await server.inject('/metrics')).statusCode
  expect(await metrics()).toBe(200)
  const closed = await put('public_reads', false)
  expect(closed.json()).toMatchObject({key: 'public_reads', value: false, effective: false, updated_by: 'admin'})
  expect(await metrics()).toBe(401)
  const listed = await server.inject({url: '/api/v1/config', headers: admin})
  expect(listed.json()).toEqual({
    items: [
      {key: 'registration', describe: expect.any(String), value: null, effective: true},
      expect.objectContaining({key: 'public_reads', value: false, effective: false}),
      {key: 'rate_limits', describe: expect.any(String), value: null, effective: []},
    ],
  })
  expect((await put('public_reads', null)).json()).toMatchObject({value: null, effective: true})
  expect(await metrics()).toBe(200)
  const {queries} = await parts.database()
  const rows = await queries.selectFrom('audit').select(['event', 'object_id', 'subject_id', 'details']).execute()
  expect(rows.map((row) => ({...row}))).toEqual([
    {event: 'config_changed', object_id: 'public_reads', subject_id: 'admin', details: '{"value":false}'},
    {event: 'config_changed', object_id: 'public_reads', subject_id: 'admin', details: '{"value":null}'},
  ])
})

test('limits that are set hold from then on; those that mean nothing are refused', async () => {
  const {server} = await openApi({parts: {accounts}})
  const put = (value: unknown) =>
    server.inject({method: 'PUT', url: '/api/v1/config/rate_limits', headers: admin, payload: {value} as object})
  expect((await server.inject('/')).headers['ratelimit-limit']).toBe('100')
  expect((await put(['root=7/minute'])).statusCode).toBe(200)
  expect((await server.inject('/')).headers['ratelimit-limit']).toBe('7')
  for (const [value, says] of [
    [['rot=7/minute'], 'there is no endpoint'],
    [['root=seven'], 'is no limit'],
    [true, 'rate_limits holds a list'],
    [[7], 'not valid'],
    ['off', 'not valid'],
  ] as const) {
    const refused = await put(value)
    expect(refused.statusCode, JSON.stringify(value)).toBe(400)
    expect(refused.json().error).toContain(says)
  }
  expect((await server.inject('/')).headers['ratelimit-limit']).toBe('7')
})

test.each(['nothing', 'audit_head', 'constructor', '..%2Fregistration'])('there is no setting %s', async (key) => {
  const {server} = await openApi({parts: {accounts}})
  const url = `/api/v1/config/${key}`
  const answer = await server.inject({method: 'PUT', url, headers: admin, payload: {value: true}})
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({code: 'not_found'})
})

test('while it is not known what admins have closed, nothing is open; the rest answers', async () => {
  const {server, parts} = await openApi({
    env: {DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing'},
  })
  expect(parts.live.unknown).toBeInstanceOf(LogflowError)
  expect((await server.inject('/')).statusCode).toBe(200)
  const refused = await server.inject('/metrics')
  expect(refused.statusCode).toBeGreaterThanOrEqual(500)
  expect(refused.body).not.toContain('127.0.0.1')
  const health = await server.inject('/health')
  expect(health.statusCode).toBe(503)
  expect(health.json()).toMatchObject({status: 'unhealthy', services: {database: 'unhealthy', store: 'healthy'}})
})
