import {expect, test} from 'vitest'
import {ADMIN, knownTokens, openApi} from '../../support/open-api.js'

const headers = {authorization: 'Bearer admin'}
const accounts = knownTokens({admin: ADMIN})

test('a request with a name that is not known is told which ones are', async () => {
  const {server} = await openApi({parts: {accounts}})
  const search = await server.inject('/api/v1/logs/recent?servce=shop')
  expect(search.statusCode).toBe(400)
  expect(search.json().detail).toMatch(/^query string must not have "servce": it takes .*\bservice\b/)
  const body = await server.inject({
    method: 'POST',
    url: '/api/v1/auth/tokens',
    headers,
    payload: {name: 'ci', scopes: ['read'], ['x'.repeat(200)]: 1},
  })
  expect(body.statusCode).toBe(400)
  expect(body.json().detail).toMatch(/^body must not have "x{64}": it takes name, scopes\b/)
})

test('a value that is none of a few is told the few', async () => {
  const {server} = await openApi({parts: {accounts}})
  const answer = await server.inject({
    method: 'POST',
    url: '/api/v1/auth/tokens',
    headers,
    payload: {name: 'ci', scopes: ['write']},
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().detail).toBe('body/scopes/0 must be one of read, ingest, alerts, admin')
})

test('what curl sends where no type is named is refused with the types that are taken', async () => {
  const {server} = await openApi({parts: {accounts}})
  const answer = await server.inject({
    method: 'POST',
    url: '/api/v1/logs',
    headers: {...headers, 'content-type': 'application/x-www-form-urlencoded'},
    payload: 'a line',
  })
  expect(answer.statusCode).toBe(415)
  expect(answer.json().error).toMatch(/application\/x-www-form-urlencoded: this takes .*text\/plain/)
})
