import {Random} from '../../src/lib/generate/random.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import type {KnownTrace} from './trace-score.js'

// Calls between services that have nothing to do with the generated shop: other names, other words, and every service
// with a way of its own to tell what it did.

type Style = 'length-at-end' | 'pair' | 'one-line' | 'access' | 'chatty'

interface Part {
  name: string
  style: Style
  /** Services it calls: one after the other, all at once, again when they fail, or without waiting for them. */
  calls: Array<{to: string; how: 'in-turn' | 'at-once' | 'again' | 'left'; times?: number}>
}

const PARTS: Part[] = [
  {
    name: 'edge-proxy',
    style: 'access',
    calls: [
      {to: 'session-svc', how: 'in-turn'},
      {to: 'bookings', how: 'in-turn'},
    ],
  },
  {name: 'session-svc', style: 'pair', calls: []},
  {
    name: 'bookings',
    style: 'length-at-end',
    calls: [
      {to: 'fares', how: 'in-turn'},
      {to: 'seatmap', how: 'at-once', times: 3},
      {to: 'bank-link', how: 'again'},
      {to: 'notifier', how: 'left'},
    ],
  },
  {name: 'fares', style: 'chatty', calls: [{to: 'rates-cache', how: 'in-turn'}]},
  {name: 'rates-cache', style: 'one-line', calls: []},
  {name: 'seatmap', style: 'length-at-end', calls: []},
  {name: 'bank-link', style: 'length-at-end', calls: []},
  {name: 'notifier', style: 'pair', calls: []},
]

/** Visits of a few bookings each, told without any id but the visit's. */
export function madeCalls(seed: string, visits: number): KnownTrace[] {
  const random = new Random(`calls ${seed}`)
  return Array.from({length: visits}, (_, n) => new Visit(random, `visit-${seed}-${n}`).tell())
}

class Visit {
  readonly #records: LogRecord[] = []
  readonly #spanOf = new Map<string, string>()
  readonly #parentOf = new Map<string, string>()
  #spans = 0

  constructor(
    private readonly random: Random,
    private readonly id: string,
  ) {}

  tell(): KnownTrace {
    let at = 1_767_225_600_000 + this.random.below(1e6)
    for (let left = this.random.between(2, 6); left > 0; left--)
      at = this.#call('edge-proxy', at, `bk-${this.random.hex(8)}`) + this.random.between(800, 9000)
    return {id: this.id, records: this.#records, spanOf: this.#spanOf, parentOf: this.#parentOf}
  }

  /** Returns when it ended, ms since 1970. */
  #call(name: string, start: number, booking: string, parent?: string, fails = false): number {
    const part = PARTS.find((one) => one.name === name) as Part
    const span = `s${this.#spans++}`
    if (parent !== undefined) this.#parentOf.set(span, parent)
    const host = `${name}-${this.random.between(1, 3)}`
    const say = (at: number, message: string, more: Partial<LogRecord> = {}): void =>
      this.#say(span, {at, service: name, host, message, ...more})
    let now = start + this.random.between(1, 4)
    if (part.style === 'pair') say(now, `${booking} accepted`)
    if (part.style === 'chatty') say(now, `working on ${booking}`)
    for (const {to, how, times = 1} of part.calls) now = this.#go(to, {how, times, now, booking, span})
    now += this.random.skewed(2, 60)
    if (part.style === 'chatty') say(now, `worked on ${booking}`, {attributes: {booking}})
    const length = Math.round((now - start) * 1000) / 1000
    if (fails) say(now, 'no answer from the other side', {level: 'ERROR', duration_ms: length})
    else if (part.style === 'access') say(now, 'POST /bookings 200')
    else if (part.style === 'pair') say(now, `${booking} finished`)
    else if (part.style === 'length-at-end') say(now, `handled ${booking}`, {duration_ms: length})
    else if (part.style === 'one-line') say(now, 'looked up', {level: 'DEBUG'})
    return now + this.random.between(1, 3)
  }

  #go(
    to: string,
    {how, times, now, booking, span}: {how: string; times: number; now: number; booking: string; span: string},
  ): number {
    const start = now + this.random.between(1, 5)
    switch (how) {
      case 'at-once': {
        const ends = Array.from({length: times}, () => this.#call(to, start, booking, span))
        return Math.max(...ends)
      }
      case 'again': {
        let end = start
        for (let tries = this.random.between(0, 3); tries > 0; tries--)
          end = this.#call(to, end, booking, span, true) + this.random.between(20, 80)
        return this.#call(to, end, booking, span)
      }
      case 'left':
        this.#call(to, start + this.random.between(5, 40), booking, span)
        return now
      default:
        return this.#call(to, start, booking, span)
    }
  }

  #say(
    span: string,
    {at, attributes = {}, ...rest}: Partial<LogRecord> & {at: number; message: string; service: string; host: string},
  ): void {
    const time = new Date(at).toISOString()
    const id = `${this.id}-${this.#records.length}`
    this.#spanOf.set(id, span)
    this.#records.push({
      level: 'INFO',
      ...rest,
      id,
      '@timestamp': time,
      observed_timestamp: time,
      correlation_id: this.id,
      attributes,
      source: {id: 'made', offset: this.#records.length, format: 'json'},
    })
  }
}
