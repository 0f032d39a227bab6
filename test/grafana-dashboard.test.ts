import {readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {expect, test} from 'vitest'
import {listen} from '../src/lib/api/listen.js'
import type {Counters} from '../src/lib/telemetry/signals.js'
import {openApi} from './support/open-api.js'
import {readPromql} from './support/promql.js'

interface Panel {
  id: number
  type: string
  title: string
  gridPos: {x: number; y: number; w: number; h: number}
  targets?: Array<{refId: string; expr: string; legendFormat: string}>
}

const dashboard = JSON.parse(readFileSync(join(resolve(import.meta.dirname, '..'), 'grafana-dashboard.json'), 'utf8'))
const panels: Panel[] = dashboard.panels
const targets = panels.flatMap(({title, targets = []}) => targets.map((target) => ({title, ...target})))

/** Every metric of the contract: each is to be seen somewhere. */
const CONTRACT = [
  'http_requests_total',
  'http_request_duration_seconds',
  'logs_processed_total',
  'logs_indexed_total',
  'elasticsearch_queries_total',
  'elasticsearch_query_duration_seconds',
  'alerts_triggered_total',
  'alerts_checked_total',
  'cache_hits_total',
  'cache_misses_total',
  'database_queries_total',
  'database_connections',
  'auth_attempts_total',
  'users_registered_total',
  'rate_limit_exceeded_total',
  'logflow_dropped_total',
  'logflow_dead_lettered_total',
]

/** What takes a pipeline, an alert engine or a second server to happen. */
function count(counters: Counters): void {
  counters.logsProcessed(1)
  counters.logsIndexed({service: 'payment', level: 'ERROR'}, 1)
  counters.storeQuery('search', 0.1)
  counters.alertTriggered('too many errors')
  counters.alertChecked()
  counters.cacheHit('metrics')
  counters.cacheMiss('metrics')
  counters.rateLimitExceeded('auth.login')
  counters.dropped('unit', 'retention', 1)
  counters.deadLettered('bad_time', 1)
}

/** Of each metric at /metrics its labels. */
async function exposedMetrics(): Promise<Map<string, Set<string>>> {
  const {server, parts} = await openApi({own: {ofProcess: true}})
  const base = await listen(server, {host: '127.0.0.1', port: 0})
  const credentials = new URLSearchParams({username: 'nobody', password: 'nothing at all'})
  await fetch(`${base}/api/v1/auth/login`, {method: 'POST', body: credentials})
  count(parts.signals.counters)
  const text = await (await fetch(`${base}/metrics`)).text()
  const exposed = new Map<string, Set<string>>()
  for (const [, name, labels = ''] of text.matchAll(/^([a-z_:][\w:]*)(?:\{(.*)\})? \S+$/gim)) {
    const known = exposed.get(name as string) ?? new Set<string>()
    for (const [, label] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label as string)
    exposed.set(name as string, known)
  }
  return exposed
}

test('every query of the dashboard asks for metrics and labels that a running server has', async () => {
  const exposed = await exposedMetrics()
  const wrong = targets.flatMap(({title, expr, legendFormat}) => {
    const asked = readPromql(expr)
    const kept = new Set(asked.flatMap(({labels}) => [...labels]))
    return [
      ...(asked.length === 0 ? [`${title}: ${expr} asks for nothing`] : []),
      ...asked.filter(({metric}) => !exposed.has(metric)).map(({metric}) => `${title}: there is no ${metric}`),
      ...asked.flatMap(({metric, labels}) =>
        [...labels]
          .filter((label) => !exposed.get(metric)?.has(label))
          .map((label) => `${title}: ${metric} has no ${label}`),
      ),
      ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
        .filter(([, label]) => !kept.has(label as string))
        .map(([, label]) => `${title}: the legend names ${label}, which the query does not keep`),
    ]
  })
  expect(targets.length).toBeGreaterThan(20)
  expect(wrong).toEqual([])
})

test('each metric of the contract is shown', () => {
  const shown = new Set(targets.flatMap(({expr}) => readPromql(expr).map(({metric}) => metric.replace(/_bucket$/, ''))))
  expect(CONTRACT.filter((metric) => !shown.has(metric))).toEqual([])
})

test('panels have ids of their own and do not overlap', () => {
  expect(new Set(panels.map(({id}) => id)).size).toBe(panels.length)
  const taken = new Set<string>()
  for (const {title, gridPos} of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x},${y}`), title).toBe(false)
        taken.add(`${x},${y}`)
      }
  }
})

test.each(['sum(rate(a[5m])', 'sum by (x (a)', 'a{x=1}', 'rate(a[5q])', 'sum(a) b', ''])(
  'the reader of PromQL refuses %j',
  (expr) => {
    expect(() => readPromql(expr)).toThrow()
  },
)
