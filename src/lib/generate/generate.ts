// Made-up logs of a shop: services that call each other for their shoppers, and what each of them writes down.
// Members never read a clock or roll dice of their own: seed and start decide every byte, on every system.
// journeys/sign-in.ts is the smallest story to copy; a new one is one function and one line in choose-journey.ts.

import {LogflowError} from '../errors/logflow-error.js'
import {Background} from './background.js'
import {type Delivery, delivered} from './delivery.js'
import {EventQueue} from './event-queue.js'
import type {PlannedIncident} from './incidents/scenarios.js'
import {chooseJourney} from './journeys/choose-journey.js'
import type {LogEvent, RequestIds, Span} from './log-event.js'
import {DailyPace} from './pace-of-day.js'
import {Random} from './random.js'
import {LineWriter, namesTrace} from './render-line.js'
import {Request} from './request.js'
import {type LineFormat, SERVICE_NAMES, type ServiceName} from './services.js'
import {newShopper, type Shopper} from './shopper.js'
import {type IncidentTruth, type TraceTruth, Weather} from './weather.js'

export interface GenerateOptions {
  /** Any text. */
  seed: string
  /** Time of the first event, milliseconds since 1970. */
  start: number
  /** Events a second of simulated time; above 0. */
  rate: number
  /** How many events; a whole number. They fill `count / rate` seconds. */
  count: number
  /** Only these services write; the others stay silent partners. All when absent. */
  services?: readonly ServiceName[]
  /** `json` for all (the default), or `mixed`: every service in a format of its own. */
  format?: 'json' | 'mixed'
  /** What goes wrong; none when absent. Its lines come on top of `count`, or are missing from it. */
  incidents?: readonly PlannedIncident[]
  /** `flat` (the default), or as a shop's day goes. */
  shape?: 'flat' | 'daily'
  delivery?: Delivery
}

/** How many of the things planned are background lines; a request has five lines or so, a background line is one. */
const BACKGROUND_CHANCE = 0.3

/** Requests told in vain before a background line takes their place: some services are rarely met. */
const MAX_UNSEEN = 100

/** Differs whenever any option that changes the bytes does. Sixteen hex digits. */
export function fingerprint(o: GenerateOptions): string {
  const services = (o.services ?? SERVICE_NAMES).join(',')
  const parts = [o.seed, o.start, o.rate, o.count, services, o.format ?? 'json']
  const more = {incidents: o.incidents, shape: o.shape, delivery: o.delivery}
  const said = JSON.stringify(more)
  return new Random([...parts, ...(said === '{}' ? [] : [said])].join('\n')).hex(16)
}

/** Who wants to know what no line tells. */
export interface Told {
  /** Every span of a request when it is planned, before its first event; a span no line tells of too. */
  onRequest?: (spans: readonly Span[]) => void
  /** The incidents and the requests that they touched, once the run has ended. */
  onIncidents?: (incidents: readonly IncidentTruth[], traces: readonly TraceTruth[]) => void
}

/**
 * Exactly `count` events in order of time, every request whole, and those that incidents add to them or take away. Times
 * lie in the span of `count / rate` seconds from `start` on; requests too long for what is left of it give way to
 * background lines. With `delivery` some come late, or twice.
 */
export function generateEvents(options: GenerateOptions, told: Told = {}): Iterable<LogEvent> {
  const weather = weatherOf(options)
  const events = inTime(options, weather, told)
  const written = options.delivery ? delivered(events, options.delivery, options.seed) : events
  return weather ? counted(written, options, weather, told) : written
}

/** Tells the truth at the end, which counts the lines of the requests that were touched as they are written. */
function* counted(
  events: Iterable<LogEvent>,
  options: GenerateOptions,
  weather: Weather,
  {onIncidents}: Told,
): Generator<LogEvent, void, undefined> {
  try {
    for (const event of events) {
      if (event.span && namesTrace(event, formatOf(event, options))) countLine(event.span.request, event.service.name)
      yield event
    }
  } finally {
    // A run that somebody ends has its truth, too.
    onIncidents?.(weather.truth(), weather.traces())
  }
}

function countLine(request: RequestIds, service: string): void {
  request.lines ??= new Map()
  request.lines.set(service, (request.lines.get(service) ?? 0) + 1)
}

function* inTime(
  options: GenerateOptions,
  weather: Weather | undefined,
  {onRequest}: Told,
): Generator<LogEvent, void, undefined> {
  const traffic = new Traffic(options, weather, onRequest)
  const queue = new EventQueue()
  for (const lines of weather?.lines() ?? []) queue.add(lines)
  for (;;) {
    while (traffic.planned < options.count && traffic.next <= queue.earliest) queue.add(traffic.plan())
    if (queue.earliest === Number.POSITIVE_INFINITY) return
    const event = queue.take()
    const written = weather ? weather.written(event) : event
    if (written) yield written
  }
}

function weatherOf({incidents = [], seed, start, rate, services}: GenerateOptions): Weather | undefined {
  if (incidents.length === 0) return undefined
  return new Weather(incidents, {seed, start, rate, services: new Set(services ?? SERVICE_NAMES)})
}

/** How events become lines in the formats of these options. Without terminators; ASCII. */
export function toLine(options: Pick<GenerateOptions, 'format'>): (event: LogEvent) => string {
  const writer = new LineWriter()
  return (event) => writer.write(event, formatOf(event, options))
}

function formatOf({service}: LogEvent, {format}: Pick<GenerateOptions, 'format'>): LineFormat {
  return format === 'mixed' ? service.ownFormat : 'json'
}

/** The events as lines, joined to chunks of whole lines of at least `chunkBytes` (the last may be shorter). ASCII. */
export function* generateLines(options: GenerateOptions, chunkBytes = 262_144): Generator<string, void, undefined> {
  const line = toLine(options)
  let chunk = ''
  for (const event of generateEvents(options)) {
    chunk += `${line(event)}\n`
    if (chunk.length >= chunkBytes) {
      yield chunk
      chunk = ''
    }
  }
  if (chunk !== '') yield chunk
}

/** Plans requests and background lines one after the other, at the asked rate. Times in microseconds. */
class Traffic {
  /** Events planned so far. */
  planned = 0
  readonly #options: GenerateOptions
  readonly #start: number
  readonly #end: number
  readonly #story: Random
  /** Ids differ when the start does; the story does not. */
  readonly #ids: Random
  readonly #background: Background
  readonly #chosen: ReadonlySet<ServiceName>
  readonly #shoppers: Shopper[] = []
  readonly #crowd: number
  readonly #weather: Weather | undefined
  readonly #daily: DailyPace | undefined
  readonly #onRequest: ((spans: readonly Span[]) => void) | undefined

  constructor(options: GenerateOptions, weather: Weather | undefined, onRequest: Told['onRequest']) {
    this.#weather = weather
    this.#onRequest = onRequest
    const {seed, start, rate, count} = options
    if (!(rate > 0) || !Number.isFinite(rate)) throw new LogflowError('USAGE', `the rate must be above 0, not ${rate}`)
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new LogflowError('USAGE', `the count must be a whole number, not ${count}`)
    }
    const names = options.services ?? SERVICE_NAMES
    if (names.length === 0) throw new LogflowError('USAGE', 'no service to generate lines for')
    this.#options = options
    this.#start = Math.round(start * 1000)
    this.#end = this.#start + Math.round((count / rate) * 1_000_000)
    // Without an end there is no whole to be spread over a day.
    const length = count === Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : this.#end - this.#start
    if (options.shape === 'daily') this.#daily = new DailyPace(this.#start, length)
    this.#story = new Random(`story ${seed}`)
    this.#ids = new Random(`ids ${seed} ${start}`)
    this.#background = new Background(names)
    this.#chosen = new Set(names)
    // About five seconds pass between two requests of a shopper, whatever the rate.
    this.#crowd = Math.max(4, Math.min(5000, Math.round(rate / 2)))
  }

  /** No event planned later is earlier than this. */
  get next(): number {
    const evenly = Math.floor((this.planned / this.#options.rate) * 1_000_000)
    return this.#daily ? this.#daily.at(evenly) : this.#start + evenly
  }

  /** One request's events, or one background line. Never empty. */
  plan(): LogEvent[] {
    const events = this.#story.chance(BACKGROUND_CHANCE) ? [] : this.#request()
    if (events.length === 0) events.push(this.#background.next(this.#story, this.#spread(1, 0)))
    this.planned += events.length
    return events
  }

  /** Empty when no request fits into what is left. */
  #request(): LogEvent[] {
    const {events, shopper, spans, ids} = this.#seenRequest()
    if (events.length === 0 || this.planned + events.length > this.#options.count) return this.#givenUp(ids.traceId)
    inOrder(events)
    const lasts = (events[events.length - 1] as LogEvent).at
    const at = this.#spread(events.length, lasts)
    if (at < this.next) return this.#givenUp(ids.traceId)
    for (const event of events) event.at += at
    shopper.busyUntil = at + lasts
    this.#onRequest?.(spans)
    return events
  }

  #givenUp(traceId: string): LogEvent[] {
    this.#weather?.forget(traceId)
    return []
  }

  /** A request that one of the chosen services writes about: those that pass them all by are told to nobody. */
  #seenRequest(): Request {
    for (let tries = 1; ; tries++) {
      const shopper = this.#shopper()
      const around = this.#weather && {weather: this.#weather, at: this.next}
      const request = new Request(this.#story, this.#ids, shopper, this.#chosen, around)
      chooseJourney(shopper, this.#story)(request)
      if (request.events.length > 0 || tries === MAX_UNSEEN) return request
      this.#weather?.forget(request.ids.traceId)
    }
  }

  /** A moment soon after `next`, drawn back where something of that length would pass the end. */
  #spread(events: number, length: number): number {
    const width = Math.floor((2 * events * 1_000_000) / this.#options.rate)
    return Math.min(this.next + this.#story.below(width + 1), this.#end - length - 1)
  }

  /** Someone in the shop with nothing under way, or somebody new at the door. */
  #shopper(): Shopper {
    const place = this.#story.below(this.#crowd)
    const known = this.#shoppers[place]
    if (known !== undefined && known.left > 0 && known.busyUntil < this.next) {
      known.left--
      return known
    }
    const shopper = newShopper(this.#story, this.#ids)
    this.#shoppers[place] = shopper
    return shopper
  }
}

/** Sorts in place by time; nearly sorted already, and of equal times the first written stays first. */
function inOrder(events: LogEvent[]): void {
  for (let i = 1; i < events.length; i++) {
    const event = events[i] as LogEvent
    let j = i
    while (j > 0 && (events[j - 1] as LogEvent).at > event.at) {
      events[j] = events[j - 1] as LogEvent
      j--
    }
    events[j] = event
  }
}
