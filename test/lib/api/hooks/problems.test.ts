import {expect, test} from 'vitest'
import {LimitExceeded} from '../../../../src/lib/api/hooks/limits.js'
import {problemOf} from '../../../../src/lib/api/hooks/problems.js'
import {CODES, type ErrorCode, LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'

const SECRET = 'at postgres://u:p@10.0.0.1/db'

test.each<[ErrorCode, number]>([
  ['USAGE', 400],
  ['BAD_QUERY', 400],
  ['BAD_CONFIG', 400],
  ['UNAUTHORISED', 401],
  ['FORBIDDEN', 403],
  ['NOT_FOUND', 404],
  ['ALREADY_THERE', 409],
  ['NOT_SUPPORTED', 501],
  ['THROTTLED', 429],
  ['STORE_UNREACHABLE', 503],
  ['BUS_UNREACHABLE', 503],
  ['DATABASE_UNREACHABLE', 503],
  ['CACHE_UNREACHABLE', 503],
  ['NOT_CAUGHT_UP', 503],
  ['LOCK_HELD', 503],
  ['DISK_FULL', 507],
  ['BACKEND_REFUSED', 500],
  ['CORRUPT', 500],
  ['INTERNAL', 500],
])('%s is answered with %i', (code, status) => {
  expect(problemOf(new LogflowError(code, 'x'), 'r').status).toBe(status)
})

test('every code has an answer, and those that concern us tell nothing of us', () => {
  for (const code of Object.keys(CODES) as ErrorCode[]) {
    const {status, body, headers} = problemOf(new LogflowError(code, SECRET, {suggestions: [SECRET]}), 'r')
    expect(status, code).toBeGreaterThanOrEqual(400)
    expect(body.request_id).toBe('r')
    expect(body.code, code).toBe(status === 500 ? 'internal' : code.toLowerCase())
    if (status >= 500 && !['NOT_SUPPORTED', 'NOT_CAUGHT_UP'].includes(code))
      expect(JSON.stringify(body), code).not.toContain(SECRET)
    expect('retry-after' in headers, code).toBe(status === 503 || status === 429)
  }
})

test('what is not ours is an internal error, whatever it says', () => {
  for (const thrown of [new Error(SECRET), SECRET, undefined, null, {message: SECRET}])
    expect(problemOf(thrown, 'r')).toEqual({
      status: 500,
      headers: {},
      body: {error: 'internal error', code: 'internal', request_id: 'r'},
    })
})

test('a query that does not parse says where', () => {
  let thrown: unknown
  try {
    parseQuery('level:error (')
  } catch (error) {
    thrown = error
  }
  const {status, body} = problemOf(thrown, 'r')
  expect(status).toBe(400)
  expect(body).toMatchObject({error: 'the query does not parse', code: 'bad_query', position: expect.any(Number)})
  expect(body.detail).toBeTruthy()
})

test('who is over the limit is told when to come again', () => {
  const {status, headers, body} = problemOf(new LimitExceeded('60 per 1 minute', 1_001), 'r')
  expect(status).toBe(429)
  expect(headers).toEqual({'retry-after': '2'})
  expect(body).toEqual({error: 'Rate limit exceeded: 60 per 1 minute', code: 'throttled', request_id: 'r'})
})

test('time that ran out is a 504', () => {
  expect(problemOf(new DOMException('x', 'TimeoutError'), 'r').status).toBe(504)
})
