import type {Level} from '../record/level.js'
import type {Trouble} from './incidents/incident.js'
import type {ErrorInfo, Fields, Http, LogEvent, RequestIds, Span} from './log-event.js'
import type {Random} from './random.js'
import {SERVICES, type ServiceName} from './services.js'
import type {Shopper} from './shopper.js'
import type {Weather} from './weather.js'

/** What a line may carry besides its message. */
export interface Extra {
  event?: string
  http?: Http
  fields?: Fields
  error?: ErrorInfo
  /** Adds how long the span has taken so far. */
  timed?: boolean
}

/** Thrown through every service that waits for an answer, up to the gateway, which tells the status. */
export class CallFailed extends Error {
  constructor(readonly status: number) {
    super(`a call failed with status ${status}`)
  }
}

/** What goes wrong meanwhile, and when the request comes, about; microseconds since 1970. */
export interface Around {
  weather: Weather
  at: number
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
    private readonly around?: Around,
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
    const span = this.open(name, parent)
    const trouble = this.#trouble(span, parent)
    if (trouble) this.#suffer(trouble, name, span, parent)
    let answer: T
    try {
      answer = work(span)
    } catch (error) {
      if (error instanceof CallFailed) this.#tellFailure(parent, name)
      throw error
    }
    this.spend(150, 1200)
    return answer
  }

  #trouble({service, host}: Span, parent: Span): Trouble | undefined {
    return this.around?.weather.meet({
      service: service.name,
      host,
      from: parent.service.name,
      at: this.around.at + this.now,
      request: this.ids,
      waiting: () => this.#from(parent),
    })
  }

  /** The service of a span and of those that called it, up to the gateway. */
  #from(span: Span | undefined): string[] {
    if (span === undefined) return []
    return [span.service.name, ...this.#from(this.spans.find(({id}) => id === span.parentId))]
  }

  /** Lets a call take long, and fail where it is to fail. */
  #suffer({delay, slow, fails}: Trouble, name: ServiceName, span: Span, parent: Span): void {
    if (delay) this.spend(...delay)
    if (slow) {
      const took = Math.floor((this.now - span.start) / 1000)
      this.log(span, 'WARN', slow.message.replace('#', String(took)), {event: slow.event, timed: true})
    }
    if (!fails) return
    const {told, seen, retries = 0, status} = fails
    if (told) this.log(span, 'ERROR', told.message, {event: told.event, error: told.error, timed: true})
    for (let retry = 1; retry <= retries; retry++) {
      this.log(parent, 'WARN', `${seen}, retrying (${retry} of ${retries})`, {
        event: 'call_retry',
        fields: ['to', name],
      })
      this.spend(40_000 * retry, 120_000 * retry)
      this.open(name, parent)
      if (delay) this.spend(...delay)
    }
    this.#tellFailure(parent, name, seen)
    throw new CallFailed(status)
  }

  /** By who called; the gateway tells it in its own line. */
  #tellFailure(caller: Span, name: ServiceName, seen = `${name} failed`): void {
    if (caller.service.name === 'gateway') return
    this.log(caller, 'ERROR', `call to ${name} failed: ${seen}`, {
      event: 'call_failed',
      fields: ['to', name],
      timed: true,
    })
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
