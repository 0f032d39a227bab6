import {Counter, collectDefaultMetrics, Gauge, Histogram, Registry} from 'prom-client'
import {Bounded, OTHER, oneOf} from './bounded.js'
import type {Counters} from './signals.js'

/** Distinct values of a label before the rest is `other`. */
const MOST_SERVICES = 200
const MOST_RULES = 200
const MOST_ENDPOINTS = 200
const MOST_WORDS = 50

/** Seconds: from a cached answer to the longest a query may take. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const LEVELS = new Set(['unknown', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'])

export interface Metrics {
  counters: Counters
  registry: Registry
}

/**
 * A registry of its own with every metric of the contract, and what counts in it.
 * @param ofProcess also memory, CPU and event loop of this process, which are watched to its end
 */
export function openMetrics(version: string, ofProcess = false): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({name, help, labelNames, registers})
  const histogram = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Histogram<L>({name, help, labelNames, buckets: BUCKETS, registers})
  if (ofProcess) collectDefaultMetrics({register: registry})
  new Gauge({name: 'logflow_build_info', help: 'Version in use', labelNames: ['version', 'node'], registers}).set(
    {version, node: process.version},
    1,
  )

  const requests = counter('http_requests_total', 'Answered requests', ['method', 'endpoint', 'status'])
  const requestSeconds = histogram('http_request_duration_seconds', 'From request to answer', ['method', 'endpoint'])
  const processed = counter('logs_processed_total', 'Units taken from the bus and dealt with')
  const indexed = counter('logs_indexed_total', 'Records stored', ['service', 'level'])
  const queries = counter('elasticsearch_queries_total', 'Questions to the store, whichever it is', ['operation'])
  const querySeconds = histogram('elasticsearch_query_duration_seconds', 'Time in the store, whichever it is', [
    'operation',
  ])
  const triggered = counter('alerts_triggered_total', 'Alerts opened', ['rule_name'])
  const checked = counter('alerts_checked_total', 'Rules looked at')
  const hits = counter('cache_hits_total', 'Answers found in the cache', ['cache_key_prefix'])
  const misses = counter('cache_misses_total', 'Answers not found in the cache', ['cache_key_prefix'])
  const statements = counter('database_queries_total', 'Statements run by the database', ['operation'])
  const statementSeconds = histogram('database_query_duration_seconds', 'Time of a statement', ['operation'])
  const connections = new Gauge({name: 'database_connections', help: 'Open connections to the database', registers})
  const attempts = counter('auth_attempts_total', 'Sign-ins tried', ['result'])
  const registered = counter('users_registered_total', 'Accounts made')
  const limited = counter('rate_limit_exceeded_total', 'Requests refused since there were too many', ['endpoint'])
  const dropped = counter('logflow_dropped_total', 'What was given up, and why', ['what', 'reason'])
  const dead = counter('logflow_dead_lettered_total', 'Units put aside since they could not be stored', ['reason'])

  const services = new Bounded(MOST_SERVICES)
  const rules = new Bounded(MOST_RULES)
  const endpoints = new Bounded(MOST_ENDPOINTS)
  const operations = new Bounded(MOST_WORDS)
  const statementKinds = new Bounded(MOST_WORDS)
  const prefixes = new Bounded(MOST_WORDS)
  const reasons = new Bounded(MOST_WORDS)

  const counters: Counters = {
    httpRequest({method, endpoint, status}, seconds) {
      const route = {method: oneOf(METHODS, method), endpoint: endpoints.admit(endpoint)}
      requests.inc({...route, status: status >= 100 && status <= 599 ? String(Math.trunc(status)) : OTHER})
      requestSeconds.observe(route, seconds)
    },
    logsProcessed: (count) => processed.inc(count),
    logsIndexed: ({service, level}, count) =>
      indexed.inc({service: services.admit(service), level: oneOf(LEVELS, level)}, count),
    storeQuery(operation, seconds) {
      const labels = {operation: operations.admit(operation)}
      queries.inc(labels)
      querySeconds.observe(labels, seconds)
    },
    alertTriggered: (rule) => triggered.inc({rule_name: rules.admit(rule)}),
    alertChecked: () => checked.inc(),
    cacheHit: (prefix) => hits.inc({cache_key_prefix: prefixes.admit(prefix)}),
    cacheMiss: (prefix) => misses.inc({cache_key_prefix: prefixes.admit(prefix)}),
    databaseQuery(operation, seconds) {
      const labels = {operation: statementKinds.admit(operation)}
      statements.inc(labels)
      statementSeconds.observe(labels, seconds)
    },
    databaseConnections: (open) => connections.set(open),
    authAttempt: (result) => attempts.inc({result}),
    userRegistered: () => registered.inc(),
    rateLimitExceeded: (endpoint) => limited.inc({endpoint: endpoints.admit(endpoint)}),
    dropped: (what, reason, count) => dropped.inc({what, reason: reasons.admit(toWord(reason))}, count),
    deadLettered: (reason, count) => dead.inc({reason: reasons.admit(toWord(reason))}, count),
  }
  return {counters, registry}
}

/** The metrics as text, or those of the families whose name begins with `families`. */
export async function exposeMetrics(
  registry: Registry,
  families?: string,
): Promise<{contentType: string; body: string}> {
  if (families === undefined) return {contentType: registry.contentType, body: await registry.metrics()}
  const names = registry
    .getMetricsAsArray()
    .map(({name}) => name)
    .filter((name) => name.startsWith(families))
  const texts = await Promise.all(names.map((name) => registry.getSingleMetricAsString(name)))
  return {contentType: registry.contentType, body: texts.length === 0 ? '' : `${texts.join('\n\n')}\n`}
}

/** A reason as one snake_case word: what is no letter or digit becomes `_`. */
function toWord(reason: string): string {
  const word = reason
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return word.slice(0, 60) || OTHER
}
