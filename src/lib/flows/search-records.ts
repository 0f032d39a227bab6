import {compareTimes} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {RecordFilter, RecordPlace, SearchRequest} from '../store/store.js'
import {type Going, recordMark} from './search-cursor.js'

/** Asks a store, or plain files, for records in one order. */
export type AskRecords = (request: SearchRequest, signal?: AbortSignal) => AsyncIterable<LogRecord[]>

export interface SearchOptions extends RecordFilter {
  /** Infinity for all. Without `going` the newest are chosen. */
  limit: number
  /** The order they come in. */
  sort: 'oldest' | 'newest'
  /** Goes on where an earlier answer stopped, the same way. */
  going?: Going
}

/** Records that were asked for, and where to go on for those that were not given. */
export interface Answer {
  /** In the asked order. Read once. */
  pages: AsyncIterable<LogRecord[]>
  /** After the pages: where the rest begins; `undefined` where there is none. */
  rest(): Going | undefined
}

/**
 * The newest `limit` records that match, in the asked order. With a limit and oldest first, the chosen records are
 * held in memory; without one, or newest first, pages stream.
 */
export function searchRecords(ask: AskRecords, options: SearchOptions, signal?: AbortSignal): Answer {
  const {limit, sort, going} = options
  const order = going?.order ?? (limit === Number.POSITIVE_INFINITY ? sort : 'newest')
  const walk = new Walk(ask, {...options, order}, signal)
  return {
    pages: order === sort ? walk.pages() : reversed(walk.pages()),
    rest: () => walk.rest(),
  }
}

async function* reversed(pages: AsyncIterable<LogRecord[]>): AsyncGenerator<LogRecord[]> {
  const chosen: LogRecord[] = []
  for await (const page of pages) chosen.push(...page)
  if (chosen.length > 0) yield chosen.reverse()
}

/** Goes through matching records in one order, and knows where it stands. */
class Walk {
  #more = false
  #last: Going | undefined

  constructor(
    private readonly ask: AskRecords,
    private readonly options: SearchOptions & {order: SearchRequest['order']},
    private readonly signal?: AbortSignal,
  ) {
    this.#last = options.going
  }

  rest(): Going | undefined {
    return this.#more || this.signal?.aborted ? this.#last : undefined
  }

  async *pages(): AsyncGenerator<LogRecord[]> {
    const {limit, sort: _, going, ...filter} = this.options
    const seen = new Set(going?.seen)
    // One more than is given tells whether there is more.
    const request = {...filter, limit: limit + seen.size + 1, ...(going ? {after: justBefore(going)} : {})}
    let left = limit
    for await (const found of this.ask(request, this.signal)) {
      const fresh = seen.size === 0 ? found : found.filter((record) => !this.#given(record, seen))
      const page = fresh.length > left ? fresh.slice(0, left) : fresh
      this.#more = fresh.length > left
      left -= page.length
      if (page.length > 0) {
        this.#pass(page)
        yield page
      }
      if (this.#more || this.signal?.aborted) return
    }
  }

  #given(record: LogRecord, seen: ReadonlySet<number>): boolean {
    const place = this.options.going?.place
    return place !== undefined && isAt(record, place) && seen.has(recordMark(record))
  }

  /** Two records may share a place: a line that was cut off, and the same line whole. Which were given is kept. */
  #pass(page: readonly LogRecord[]): void {
    const {source, '@timestamp': time} = page.at(-1) as LogRecord
    const place = {time, source: source.id, offset: source.offset}
    const before = this.#last && samePlace(this.#last.place, place) ? this.#last.seen : []
    const there = page.filter((record) => isAt(record, place)).map(recordMark)
    this.#last = {order: this.options.order, place, seen: [...before, ...there]}
  }
}

/** The place before a place, so that what stands there comes again. */
function justBefore({order, place}: Going): RecordPlace {
  return {...place, offset: place.offset + (order === 'oldest' ? -1 : 1)}
}

function isAt({source, '@timestamp': time}: LogRecord, place: RecordPlace): boolean {
  return samePlace({time, source: source.id, offset: source.offset}, place)
}

function samePlace(a: RecordPlace, b: RecordPlace): boolean {
  return a.source === b.source && a.offset === b.offset && compareTimes(a.time, b.time) === 0
}
