// Following arrivals. Elasticsearch has no order of arrival, only `ingested_at`, the sender's clock when a request
// left: records become visible up to a refresh and a request's length later than that, and not in its order. So
// each look asks for what is newer than the newest seen, and whether anything turned up late in the window before
// it. A sender whose clock is behind by more than the window is missed: best effort, as far as a window goes.

import {LogflowError} from '../../errors/logflow-error.js'
import {toPredicate} from '../../query/matches.js'
import type {LogRecord} from '../../record/record.js'
import type {FollowEvent, FollowRequest} from '../store.js'
import {compileFilter, type Dsl} from './compile-query.js'
import type {Connection} from './connection.js'
import {decodeSource} from './document.js'
import {type Hit, NO_INDEX_YET, openSnapshot, type SearchAnswer} from './search.js'
import type {Runtime} from './settings.js'

const POLL_MS = 500
const PAGE = 1_000
/** Ids of the window that are kept in memory; when more arrive the window is cut short, and that is said. */
const MAX_SEEN = 100_000
const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 10_000

const ARRIVAL_ORDER = [{ingested_at: {order: 'asc'}}, {'source.id': {order: 'asc'}}, {'source.offset': {order: 'asc'}}]

export interface FollowOptions {
  connection: Connection
  index: string
  runtime: Runtime
  /** How much later than its stamp a record may become visible: milliseconds. */
  windowMs: number
  /** How long an outage is waited out before it is thrown. */
  patienceMs: number
}

/** The newest stamp and a snapshot of what is visible now: what `followArrivals` must not deliver. */
export async function currentPosition({connection, index}: FollowOptions): Promise<string> {
  // The snapshot first: what becomes visible after it is delivered, even if its stamp is old.
  const pit = await openSnapshot(connection, index)
  const newest = pit ? await newestStamp(connection, pit) : 0
  return `${newest}:${pit ?? ''}`
}

async function newestStamp(connection: Connection, pit: string): Promise<number> {
  const hits = await ask(connection, undefined, {
    size: 1,
    pit: {id: pit},
    sort: [{ingested_at: {order: 'desc'}}],
    _source: false,
  })
  return stampOf(hits?.[0])
}

export async function* followArrivals(
  options: FollowOptions,
  request: FollowRequest,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  const follower = new Follower(options, request, signal)
  const {runtime} = options
  let failingSince: number | undefined
  let failures = 0
  while (!signal.aborted) {
    try {
      yield* follower.look()
      failingSince = undefined
      failures = 0
      await runtime.sleep(POLL_MS, signal)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof LogflowError && error.retriable)) throw error
      const now = runtime.now()
      failingSince ??= now
      if (now - failingSince >= patienceOf(request, options)) throw error
      // Nothing is lost, the place is kept; but a silent tail must not look like quiet logs.
      if (failures === 0) yield {kind: 'gap', cause: 'away', reason: `${error.message}; trying again`}
      await runtime.sleep(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++), signal)
    }
  }
}

function patienceOf({wait}: FollowRequest, {patienceMs}: FollowOptions): number {
  if (wait === undefined) return patienceMs
  return wait ? Number.POSITIVE_INFINITY : 0
}

class Follower {
  readonly #options: FollowOptions
  readonly #signal: AbortSignal
  readonly #filter: Dsl
  readonly #isAnswer: (record: LogRecord) => boolean
  /** Newest stamp delivered. */
  #newest: number
  /** Nothing before this is looked for. */
  #oldest: number
  readonly #seen = new Map<string, number>()
  /** Snapshot of what was visible when the position was taken; read once. */
  #snapshot: string | undefined
  #started = false
  #delivered = true

  constructor(options: FollowOptions, {filter, from}: FollowRequest, signal: AbortSignal) {
    const match = /^(\d+):(.*)$/.exec(from)
    if (!match) throw new LogflowError('USAGE', `"${from}" is no position of this store`)
    this.#options = options
    this.#signal = signal
    const {candidates, exact} = compileFilter(filter)
    this.#filter = candidates
    this.#isAnswer = exact ? () => true : toPredicate(filter.query)
    this.#newest = Number(match[1])
    this.#oldest = Math.max(0, this.#newest - options.windowMs)
    this.#snapshot = match[2] || undefined
  }

  async *look(): AsyncGenerator<FollowEvent> {
    if (!this.#started) {
      await this.#rememberSnapshot()
      this.#started = true
    }
    for await (const records of this.#late()) yield* this.#deliver(records)
    for await (const records of this.#new()) yield* this.#deliver(records)
    // What was ended halfway has not been read to its end.
    if (this.#signal.aborted) return
    if (this.#delivered) yield {kind: 'caught-up', next: this.#next()}
    this.#delivered = false
    const cut = this.#forget()
    if (cut) yield {kind: 'gap', cause: 'overrun', reason: cut}
  }

  /** What was there at the position counts as seen. */
  async #rememberSnapshot(): Promise<void> {
    const pit = this.#snapshot
    this.#snapshot = undefined
    const {connection} = this.#options
    if (!pit) return
    const window = {gte: this.#oldest, lte: this.#newest}
    for await (const hits of this.#pages(window, {_source: false, pit: {id: pit}})) this.#see(hits)
    await connection.ask({method: 'DELETE', path: '/_pit', body: {id: pit}, accept: 'all'}).catch(() => undefined)
  }

  /** Records of the window that became visible after newer ones. Usually none: one count says so. */
  async *#late(): AsyncGenerator<LogRecord[]> {
    const window = {gte: this.#oldest, lte: this.#newest}
    const {connection, index} = this.#options
    const {body} = await connection.ask<{count: number}>({
      method: 'POST',
      path: `/${index}/_count`,
      query: NO_INDEX_YET,
      body: {query: this.#between(window)},
      signal: this.#signal,
    })
    if (body.count <= this.#seen.size) return
    for await (const hits of this.#pages(window, {_source: false})) {
      const ids = hits.filter((hit) => !this.#seen.has(hit._id)).map((hit) => hit._id)
      if (ids.length > 0) yield this.#take(await this.#byIds(ids))
    }
  }

  async *#new(): AsyncGenerator<LogRecord[]> {
    for await (const hits of this.#pages({gt: this.#newest}, {})) yield this.#take(hits)
  }

  #take(hits: Hit[]): LogRecord[] {
    this.#see(hits)
    return hits.map((hit) => decodeSource(hit._source)).filter(this.#isAnswer)
  }

  *#deliver(records: LogRecord[]): Generator<FollowEvent> {
    if (records.length === 0) return
    this.#delivered = true
    yield {kind: 'records', records, next: this.#next()}
  }

  /** Without a snapshot: what is in the window comes again to whoever follows from here. */
  #next(): string {
    return `${this.#newest}:`
  }

  #see(hits: Hit[]): void {
    for (const hit of hits) this.#seen.set(hit._id, stampOf(hit))
    this.#newest = Math.max(this.#newest, stampOf(hits.at(-1)))
  }

  /** Moves the window on. Says why when it had to be cut short. */
  #forget(): string | undefined {
    const wanted = Math.max(this.#oldest, this.#newest - this.#options.windowMs)
    this.#dropBefore(wanted)
    if (this.#seen.size <= MAX_SEEN) return undefined
    const stamps = [...this.#seen.values()].sort((a, b) => a - b)
    this.#dropBefore((stamps[stamps.length - MAX_SEEN / 2] as number) + 1)
    return `more than ${MAX_SEEN} records arrived within ${this.#options.windowMs / 1000} s: late ones may be missed`
  }

  #dropBefore(oldest: number): void {
    this.#oldest = oldest
    for (const [id, stamp] of this.#seen) if (stamp < oldest) this.#seen.delete(id)
  }

  async *#pages(window: object, extra: {_source?: false; pit?: {id: string}}): AsyncGenerator<Hit[]> {
    let after: unknown[] | undefined
    while (!this.#signal.aborted) {
      const hits = await ask(
        this.#options.connection,
        extra.pit ? undefined : this.#options.index,
        {
          ...extra,
          size: PAGE,
          query: this.#between(window),
          sort: ARRIVAL_ORDER,
          ...(after ? {search_after: after} : {}),
        },
        this.#signal,
      )
      // An expired snapshot: what it held cannot be told from what came later, so nothing counts as seen.
      if (hits === undefined) return
      if (hits.length > 0) yield hits
      if (hits.length < PAGE) return
      after = hits.at(-1)?.sort.slice(0, 3)
    }
  }

  async #byIds(ids: string[]): Promise<Hit[]> {
    const body = {size: ids.length, query: {ids: {values: ids}}, sort: ARRIVAL_ORDER}
    return (await ask(this.#options.connection, this.#options.index, body, this.#signal)) ?? []
  }

  #between(window: object): Dsl {
    return {bool: {filter: [this.#filter, {range: {ingested_at: {...window, format: 'epoch_millis'}}}]}}
  }
}

/** `undefined` where a snapshot has expired. */
async function ask(
  connection: Connection,
  index: string | undefined,
  body: object,
  signal?: AbortSignal,
): Promise<Hit[] | undefined> {
  const {status, body: answer} = await connection.ask<SearchAnswer>({
    method: 'POST',
    path: index ? `/${index}/_search` : '/_search',
    query: {
      filter_path: 'hits.hits._id,hits.hits._source,hits.hits.sort,error',
      allow_partial_search_results: false,
      ...(index ? NO_INDEX_YET : {}),
    },
    body: {track_total_hits: false, ...body},
    accept: index ? [] : [404],
    signal,
  })
  return status === 404 ? undefined : (answer.hits?.hits ?? [])
}

function stampOf(hit: Hit | undefined): number {
  return Number(hit?.sort[0] ?? 0)
}
