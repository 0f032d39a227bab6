import type {Level} from '../record/level.js'
import type {ErrorInfo, Fields, Http, LogEvent, RequestIds, Span} from './log-event.js'
import type {Random} from './random.js'
import {SERVICES, type ServiceName} from './services.js'
import type {Shopper} from './shopper.js'

/** What a line may carry besides its message. */
export interface Extra {
  event?: string
  http?: Http
  fields?: Fields
  error?: ErrorInfo
  /** Adds how long the span has taken so far. */
  timed?: boolean
}

/**
 * One request on its way through the services, told step by step: `spend` lets time pass, `call` goes into
 * another service and back, `log` writes a line at the present moment. Time only moves forward, so that
 * what a call took is always inside what its caller took.
 */
export class Request {
  readonly events: LogEvent[] = []
  /** Every span that was opened, whether or not a line tells of it. */
  readonly spans: Span[] = []
  readonly ids: RequestIds
  /** Microseconds since the request began. */
  now = 0
  #chosen: ReadonlySet<ServiceName>
  #idSource: Random

  constructor(
    readonly random: Random,
    idSource: Random,
    readonly shopper: Shopper,
    chosen: ReadonlySet<ServiceName>,
  ) {
    this.#idSource = idSource
    this.#chosen = chosen
    this.ids = {traceId: idSource.hex(32), requestId: `req_${idSource.hex(16)}`, correlationId: shopper.correlationId}
  }

  /** Lets between min and max microseconds pass, mostly near min. */
  spend(min: number, max: number): number {
    const us = this.random.skewed(min, max)
    this.now += us
    return us
  }

  open(name: ServiceName, parent?: Span): Span {
    const service = SERVICES[name]
    const host = this.random.pick(service.hosts)
    const id = this.#idSource.hex(16)
    const span = {service, host, id, parentId: parent?.id, start: this.now, request: this.ids}
    this.spans.push(span)
    return span
  }

  /** Over the network into a service, through `work`, and back. */
  call<T>(name: ServiceName, parent: Span, work: (span: Span) => T): T {
    this.spend(150, 1200)
    const answer = work(this.open(name, parent))
    this.spend(150, 1200)
    return answer
  }

  /** What `work` does goes on beside the caller, whose clock stands where it stood. */
  meanwhile(work: () => void): void {
    const present = this.now
    work()
    this.now = present
  }

  log(span: Span, level: Level, message: string, extra?: Extra): void {
    this.now += this.random.between(8, 90)
    if (!this.#chosen.has(span.service.name as ServiceName)) return
    this.events.push({
      at: this.now,
      service: span.service,
      host: span.host,
      level,
      message,
      span,
      event: extra?.event,
      http: extra?.http,
      fields: extra?.fields,
      error: extra?.error,
      durationUs: extra?.timed ? this.now - span.start : undefined,
    })
  }

  /** An id as shops have them: a short prefix and eight hex digits. */
  newId(prefix: string): string {
    return `${prefix}_${this.#idSource.hex(8)}`
  }
}
