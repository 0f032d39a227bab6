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

export type SpanAttributes = Record<string, string | number | boolean>

export interface Tracer {
  /** False while nothing is exported: what costs something to find out for a span need not be found out then. */
  readonly on: boolean
  /**
   * Runs `work` in a span, child of the one that runs now or of `parent` (W3C traceparent). Costs next to nothing while
   * nothing is exported.
   * @param links traceparents of other spans that led to this one
   */
  span<T>(
    name: string,
    attributes: SpanAttributes,
    work: () => Promise<T>,
    parent?: string,
    links?: readonly string[],
  ): Promise<T>
  /** The same for what begins in one place and ends in another. */
  begin(name: string, attributes: SpanAttributes, parent?: string): OpenSpan
  /** The `traceparent` of the span that runs now, to be passed on; absent while there is none. */
  current(): string | undefined
}

export interface OpenSpan {
  /** W3C, to be passed on; absent while nothing is exported. */
  readonly traceparent: string | undefined
  /** What runs within is part of the span. */
  run<T>(work: () => T): T
  /** @param error why it failed; absent: it did not */
  end(attributes?: SpanAttributes, error?: unknown): void
}

const nothing = () => {}
const silentSpan: OpenSpan = {traceparent: undefined, run: (work) => work(), end: nothing}

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
  tracer: {
    on: false,
    span: (_name, _attributes, work) => work(),
    begin: () => silentSpan,
    current: () => undefined,
  },
  expose: async () => ({contentType: 'text/plain; version=0.0.4', body: ''}),
  close: async () => {},
}
