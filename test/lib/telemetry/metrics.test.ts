import {expect, test} from 'vitest'
import {exposeMetrics, openMetrics} from '../../../src/lib/telemetry/metrics.js'

/** Every metric of the contract with its labels, in their order. */
const CONTRACT: Record<string, string[]> = {
  http_requests_total: ['method', 'endpoint', 'status'],
  http_request_duration_seconds_count: ['method', 'endpoint'],
  logs_processed_total: [],
  logs_indexed_total: ['service', 'level'],
  elasticsearch_queries_total: ['operation'],
  elasticsearch_query_duration_seconds_count: ['operation'],
  alerts_triggered_total: ['rule_name'],
  alerts_checked_total: [],
  cache_hits_total: ['cache_key_prefix'],
  cache_misses_total: ['cache_key_prefix'],
  database_queries_total: ['operation'],
  database_connections: [],
  auth_attempts_total: ['result'],
  users_registered_total: [],
  rate_limit_exceeded_total: ['endpoint'],
  logflow_dropped_total: ['what', 'reason'],
  logflow_dead_lettered_total: ['reason'],
}

function used() {
  const {counters, registry} = openMetrics('1.2.3')
  counters.httpRequest({method: 'GET', endpoint: '/api/v1/logs/{id}', status: 200}, 0.004)
  counters.logsProcessed(10)
  counters.logsIndexed({service: 'payment', level: 'ERROR'}, 7)
  counters.storeQuery('search', 0.02)
  counters.alertTriggered('too many errors')
  counters.alertChecked()
  counters.cacheHit('metrics')
  counters.cacheMiss('metrics')
  counters.databaseQuery('select', 0.001)
  counters.databaseConnections(3)
  counters.authAttempt('failure')
  counters.userRegistered()
  counters.rateLimitExceeded('auth.login')
  counters.dropped('unit', 'retention', 5)
  counters.deadLettered('mapper_parsing_exception: [field] bad', 2)
  return {counters, registry}
}

async function samples(registry: ReturnType<typeof openMetrics>['registry'], families?: string) {
  const {body} = await exposeMetrics(registry, families)
  return [...body.matchAll(/^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gim)].map(([, name, labels = '', value]) => ({
    name: name as string,
    labels: [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]),
    value: Number(value),
  }))
}

test('every metric of the contract is there, with exactly its labels', async () => {
  const {registry} = used()
  const found = await samples(registry)
  for (const [name, labels] of Object.entries(CONTRACT)) {
    const sample = found.find((one) => one.name === name)
    expect(sample, name).toBeDefined()
    expect(sample?.labels.map(([key]) => key).sort(), name).toEqual([...labels].sort())
  }
})

test('what is counted comes out', async () => {
  const {registry} = used()
  const found = await samples(registry)
  const value = (name: string) => found.find((one) => one.name === name)?.value
  expect(value('logs_processed_total')).toBe(10)
  expect(value('logs_indexed_total')).toBe(7)
  expect(value('database_connections')).toBe(3)
  expect(value('http_request_duration_seconds_sum')).toBe(0.004)
  expect(found.find(({name}) => name === 'logflow_dead_lettered_total')).toEqual({
    name: 'logflow_dead_lettered_total',
    labels: [['reason', 'mapper_parsing_exception_field_bad']],
    value: 2,
  })
})

test('the HTTP families alone', async () => {
  const {registry} = used()
  const names = new Set((await samples(registry, 'http_')).map(({name}) => name))
  expect([...names].sort()).toEqual([
    'http_request_duration_seconds_bucket',
    'http_request_duration_seconds_count',
    'http_request_duration_seconds_sum',
    'http_requests_total',
  ])
  expect((await exposeMetrics(registry, 'http_')).contentType).toContain('version=0.0.4')
  expect((await exposeMetrics(registry, 'no_such_')).body).toBe('')
})

test('names made up by strangers cannot grow the registry', async () => {
  const {counters, registry} = openMetrics('1.2.3')
  for (let i = 0; i < 1_000; i++) {
    counters.logsIndexed({service: `service-${i}`, level: i % 2 ? 'INFO' : `level-${i}`}, 1)
    counters.httpRequest({method: `M${i}`, endpoint: `/e${i}`, status: i}, 0.1)
    counters.deadLettered(`reason ${i}`, 1)
  }
  const found = await samples(registry)
  const indexed = found.filter(({name}) => name === 'logs_indexed_total')
  expect(new Set(indexed.map(({labels}) => new Map(labels as Array<[string, string]>).get('service'))).size).toBe(201)
  expect(indexed.reduce((sum, {value}) => sum + value, 0)).toBe(1_000)
  expect(found.filter(({name}) => name === 'logflow_dead_lettered_total')).toHaveLength(51)
  const requests = found.filter(({name}) => name === 'http_requests_total')
  expect(requests.reduce((sum, {value}) => sum + value, 0)).toBe(1_000)
  expect(new Set(requests.map(({labels}) => new Map(labels as Array<[string, string]>).get('method')))).toEqual(
    new Set(['other']),
  )
})

test('a label shows no control character', async () => {
  const {counters, registry} = openMetrics('1.2.3')
  counters.logsIndexed({service: 'a\u001b[2J\n"b\\', level: 'INFO'}, 1)
  const {body} = await exposeMetrics(registry)
  expect(body).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(body).toContain('service="a\\\\x1b[2J\\\\n\\"b\\\\"')
})
