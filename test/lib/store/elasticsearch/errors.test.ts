import {describe, expect, test} from 'vitest'
import {neverFits, oneLine, refusal, translateError} from '../../../../src/lib/store/elasticsearch/errors.js'

const URL = 'http://es:9200'

/** An error as the client throws it. */
const foreign = (name: string, message = '', given: object = {}) => Object.assign(new Error(message), {name, ...given})

describe('errors of the client', () => {
  test.each<[Error, object]>([
    [
      foreign('ConnectionError', 'connect ECONNREFUSED 127.0.0.1:9200'),
      {
        code: 'STORE_UNREACHABLE',
        retriable: true,
        exitCode: 3,
        message: 'no answer from Elasticsearch at http://es:9200: connect ECONNREFUSED 127.0.0.1:9200',
      },
    ],
    [foreign('NoLivingConnectionsError'), {code: 'STORE_UNREACHABLE', retriable: true}],
    [
      foreign('TimeoutError', 'Request timed out'),
      {
        code: 'STORE_UNREACHABLE',
        retriable: true,
        message: 'no answer from Elasticsearch at http://es:9200: the request timed out',
      },
    ],
    [
      foreign('ProductNotSupportedError'),
      {
        code: 'BACKEND_REFUSED',
        retriable: false,
        message: 'what answers at http://es:9200 is not Elasticsearch 8 or 9',
      },
    ],
    [foreign('DeserializationError', 'Unexpected token <'), {code: 'BACKEND_REFUSED'}],
    [foreign('SomethingElse', 'odd'), {code: 'INTERNAL', exitCode: 70}],
  ])('%s', (error, expected) => {
    expect(translateError(error, URL)).toMatchObject(expected)
  })

  test('a certificate that is not trusted says what to set', () => {
    const {suggestions} = translateError(
      foreign('ConnectionError', 'self-signed certificate in certificate chain'),
      URL,
    )
    expect(suggestions[0]).toContain('ca_file')
  })

  test('nothing of the request is kept on the error', () => {
    const error = translateError(
      foreign('ConnectionError', 'socket hang up', {
        meta: {meta: {request: {params: {body: 'SECRET', headers: {authorization: 'Basic SECRET'}}}}},
      }),
      URL,
    )
    const text = JSON.stringify(error) + JSON.stringify(error.cause) + String(error.cause)
    expect(text).not.toContain('SECRET')
  })
})

describe('answers of the server', () => {
  const body = (type: string, reason: string, more: object = {}) => ({error: {type, reason, ...more}})

  test.each<[string, number, unknown, object]>([
    [
      'wrong password',
      401,
      body('security_exception', 'unable to authenticate user [x]'),
      {code: 'UNAUTHORISED', exitCode: 4},
    ],
    ['no right', 403, body('security_exception', 'action [x] is unauthorized'), {code: 'UNAUTHORISED'}],
    [
      'blocked index',
      403,
      body('cluster_block_exception', 'blocked by: [FORBIDDEN/5/index read-only (api)];'),
      {code: 'BACKEND_REFUSED', retriable: true},
    ],
    ['busy', 429, body('es_rejected_execution_exception', 'full'), {code: 'STORE_UNREACHABLE', retriable: true}],
    [
      'a proxy',
      502,
      '<html>Bad Gateway</html>',
      {
        code: 'STORE_UNREACHABLE',
        retriable: true,
        message: 'Elasticsearch at http://es:9200 cannot take the request now: HTTP 502',
      },
    ],
    [
      'too many clauses',
      400,
      body('too_many_nested_clauses', 'Query contains too many nested clauses; maxClauseCount is set to 1024'),
      {code: 'BAD_QUERY', exitCode: 2},
    ],
    [
      'OpenSearch',
      406,
      {
        error: 'Content-Type header [application/vnd.elasticsearch+json; compatible-with=8] is not supported',
        status: 406,
      },
      {code: 'BACKEND_REFUSED', message: 'what answers at http://es:9200 is not Elasticsearch 8 or 9'},
    ],
    [
      'anything else',
      400,
      body('illegal_argument_exception', 'bad'),
      {code: 'BACKEND_REFUSED', retriable: false, message: 'Elasticsearch at http://es:9200 refused the request: bad'},
    ],
    [
      'with its cause',
      500,
      body('search_phase_execution_exception', 'all shards failed', {
        failed_shards: [{reason: {type: 'x', reason: 'shard\n is  sick'}}],
      }),
      {message: 'Elasticsearch at http://es:9200 cannot take the request now: all shards failed: shard is sick'},
    ],
  ])('%s', (_, status, said, expected) => {
    expect(refusal(URL, status, said)).toMatchObject(expected)
  })

  test('a reason is one line and no longer than 300 characters', () => {
    const {message} = refusal(URL, 400, body('x', `Preview of field's value: '${'v\n'.repeat(5_000)}'`))
    expect(message.length).toBeLessThan(400)
    expect(message).not.toContain('\n')
    expect(oneLine('\u001b[31mred\u0007 \t text')).toBe('[31mred text')
  })
})

test.each([
  [
    'rejected execution of primary operation [coordinating_and_primary_bytes=1, primary_operation_bytes=67109868, max_primary_bytes=53687091]',
    true,
  ],
  [
    'rejected execution of coordinating operation [all_bytes=9, coordinating_operation_bytes=900, max_coordinating_bytes=800]',
    true,
  ],
  [
    'rejected execution of primary operation [coordinating_and_primary_bytes=53687000, primary_operation_bytes=900, max_primary_bytes=53687091]',
    false,
  ],
  ['rejected execution of TimedRunnable on EsThreadPoolExecutor[queue capacity = 1]', false],
])('never fits? %s', (said, expected) => {
  expect(neverFits(said)).toBe(expected)
})
