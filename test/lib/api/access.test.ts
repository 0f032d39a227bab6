import {expect, test} from 'vitest'
import {isLoopback} from '../../../src/lib/api/loopback.js'
import {openApi} from '../../support/open-api.js'

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['[::1]', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0.1.example.com', false],
  ['10.0.0.1', false],
])('%s is of this machine alone: %s', (host, answer) => {
  expect(isLoopback(host)).toBe(answer)
})

test('safe ids are kept, others made anew, and both stand in answers that fail', async () => {
  const {server} = await openApi()
  const kept = await server.inject({url: '/nowhere', headers: {'x-request-id': 'a.B-1_', 'x-correlation-id': 'c'}})
  expect(kept.statusCode).toBe(404)
  expect(kept.headers).toMatchObject({'x-request-id': 'a.B-1_', 'x-correlation-id': 'c'})
  expect(kept.json()).toMatchObject({error: 'there is no such endpoint', code: 'not_found', request_id: 'a.B-1_'})
  for (const id of ['', 'a b', 'x'.repeat(129), '<script>', 'ü']) {
    const made = await server.inject({url: '/', headers: {'x-request-id': id}})
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.headers['x-correlation-id']).toBe(made.headers['x-request-id'])
  }
})

test('a token that is no bearer token is refused where anyone may come in', async () => {
  const {server} = await openApi()
  const answer = await server.inject({url: '/', headers: {authorization: 'Basic dTpw'}})
  expect(answer.statusCode).toBe(401)
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="logflow"')
  expect(answer.json()).toMatchObject({code: 'unauthorised'})
})
