// What logflow tells of itself: counters, spans and its own log. Every room takes the part it needs as a parameter;
// the library that keeps and exposes them is known to this room alone. `silentSignals` is for commands that are no
// servers and for tests.

export interface Signals {
  readonly counters: Counters
  readonly log: OwnLog
  readonly tracer: Tracer
  /** The metrics in the Prometheus text format 0.0.4; `families` keeps those whose name begins so. */
  expose(families?: string): Promise<{contentType: string; body: string}>
  /** Sends what is waiting and stops. */
  close(): Promise<void>
}

/** Every metric of the contract. Label values are bounded: what is not known beforehand is counted as `other`. */
export interface Counters {
  httpRequest(labels: {method: string; endpoint: string; status: number}, seconds: number): void
  logsProcessed(count: number): void
  logsIndexed(labels: {service: string; level: string}, count: number): void
  storeQuery(operation: string, seconds: number): void
  alertTriggered(rule: string): void
  alertChecked(): void
  cacheHit(prefix: string): void
  cacheMiss(prefix: string): void
  databaseQuery(operation: string, seconds: number): void
  databaseConnections(open: number): void
  authAttempt(result: 'success' | 'failure' | 'throttled'): void
  userRegistered(): void
  rateLimitExceeded(endpoint: string): void
  /** Whatever is dropped or dead-lettered, with the reason as a short snake_case word. */
  dropped(what: 'record' | 'unit' | 'event' | 'signal', reason: string, count: number): void
  deadLettered(reason: string, count: number): void
}

export type Audience = 'audit' | 'visibility' | 'error'

/**
 * logflow's own log: structured lines on stderr (JSON where it is no terminal). `event` is stable snake_case. Never in
 * it: bearer tokens, passwords, authorisation codes, PKCE verifiers, client secrets, raw JWTs, whole redirect URIs,
 * request bodies; a value under such a name is masked, and so is what looks like one.
 */
export interface OwnLog {
  audit(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  debug(event: string, fields?: LogFields): void
  /** With the flattened chain of causes. */
  error(event: string, error: unknown, fields?: LogFields): void
}

export interface LogFields {
  operation_id?: string
  subject_id?: string
  reason_code?: string
  upstream_server_id?: string
  [property: string]: unknown
}

export interface Tracer {
  /**
   * Runs `work` in a span, child of the one that runs now or of `parent` (W3C traceparent). Costs next to nothing while
   * nothing is exported.
   */
  span<T>(
    name: string,
    attributes: Record<string, string | number | boolean>,
    work: () => Promise<T>,
    parent?: string,
  ): Promise<T>
  /** The `traceparent` of the span that runs now, to be passed on; absent while there is none. */
  current(): string | undefined
}

const nothing = () => {}

export const silentSignals: Signals = {
  counters: {
    httpRequest: nothing,
    logsProcessed: nothing,
    logsIndexed: nothing,
    storeQuery: nothing,
    alertTriggered: nothing,
    alertChecked: nothing,
    cacheHit: nothing,
    cacheMiss: nothing,
    databaseQuery: nothing,
    databaseConnections: nothing,
    authAttempt: nothing,
    userRegistered: nothing,
    rateLimitExceeded: nothing,
    dropped: nothing,
    deadLettered: nothing,
  },
  log: {audit: nothing, info: nothing, debug: nothing, error: nothing},
  tracer: {span: (_name, _attributes, work) => work(), current: () => undefined},
  expose: async () => ({contentType: 'text/plain; version=0.0.4', body: ''}),
  close: async () => {},
}
