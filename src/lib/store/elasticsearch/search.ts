import {LogflowError} from '../../errors/logflow-error.js'
import {toPredicate} from '../../query/matches.js'
import type {LogRecord} from '../../record/record.js'
import type {SearchRequest} from '../store.js'
import {compileFilter} from './compile-query.js'
import {AnswerTooLarge, type Connection} from './connection.js'
import {decodeSource, type Source} from './document.js'

export interface Hit {
  _id: string
  _source: Source
  sort: unknown[]
}

export interface SearchAnswer {
  pit_id?: string
  hits?: {hits?: Hit[]}
}

/** Hits of one request. */
const PAGE = 1_000
/** Of one that looks for answers among candidates, most of which may be none: each request sorts them anew. */
const VAIN_PAGE = 5_000
const MAX_ANSWER_BYTES = 64_000_000
/** How long the snapshot waits for the reader of our pages to come back. */
export const KEEP_ALIVE = '5m'

/** Where nothing has been stored yet there is no alias: that is an empty answer, not an error. */
export const NO_INDEX_YET = {ignore_unavailable: true, allow_no_indices: true}

/** Time to the nanosecond, as strings: numbers of JSON are too short for it. */
function totalOrder(order: 'asc' | 'desc'): object[] {
  return [
    {'@timestamp': {order, format: 'strict_date_optional_time_nanos', numeric_type: 'date_nanos'}},
    {'source.id': {order}},
    {'source.offset': {order}},
  ]
}

/**
 * Pages of records in the total order. More than a page is read from one snapshot (PIT), so that pages fit together;
 * one that is begun later goes on from the last place, which is a value.
 */
export async function* searchPages(
  connection: Connection,
  index: string,
  {order, limit, after, ...filter}: SearchRequest,
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  const {candidates, exact} = compileFilter(filter)
  const isAnswer = exact ? undefined : toPredicate(filter.query)
  const body = {
    query: candidates,
    sort: totalOrder(order === 'newest' ? 'desc' : 'asc'),
    track_total_hits: false,
  }
  const place = after && [after.time, after.source, after.offset]
  const pages = new PageReader(connection, index, body, limit > PAGE, signal, place)
  let left = limit
  let size = Math.min(PAGE, left)
  try {
    while (left > 0 && !signal?.aborted) {
      const {hits, asked} = await pages.next(size)
      const records = hits.map((hit) => decodeSource(hit._source))
      const answers = isAnswer ? records.filter(isAnswer).slice(0, left) : records
      left -= answers.length
      if (answers.length > 0) yield answers
      if (hits.length < asked) return
      size = isAnswer ? VAIN_PAGE : Math.min(PAGE, left)
      pages.fromSnapshot()
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    await pages.close()
  }
}

/** Reads the hits of one question, sorted by up to three fields, a page at a time. */
export class PageReader {
  #pit: string | undefined
  #largest = Number.POSITIVE_INFINITY

  constructor(
    readonly connection: Connection,
    readonly index: string,
    readonly body: object,
    /** Whether to read from a snapshot, or the one to read from, which is left open. */
    private snapshot: boolean | string,
    readonly signal?: AbortSignal,
    private after?: unknown[],
  ) {
    if (typeof snapshot === 'string') this.#pit = snapshot
  }

  /** What comes next is read from a snapshot. */
  fromSnapshot(): void {
    this.snapshot ||= true
  }

  /** The next page of at most `size` hits, fewer where records are very large. */
  async next(size: number): Promise<{hits: Hit[]; asked: number}> {
    const asked = Math.min(size, this.#largest)
    try {
      const hits = await this.#ask(asked)
      this.after = hits.at(-1)?.sort.slice(0, 3) ?? this.after
      return {hits, asked}
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error
      if (asked === 1) {
        throw new LogflowError(
          'BACKEND_REFUSED',
          `a record at ${this.connection.url} is larger than ${MAX_ANSWER_BYTES} bytes`,
        )
      }
      this.#largest = Math.ceil(asked / 2)
      return this.next(size)
    }
  }

  async close(): Promise<void> {
    const id = this.#pit
    this.#pit = undefined
    if (id && typeof this.snapshot === 'boolean') await closeSnapshot(this.connection, id)
  }

  async #ask(size: number, renewed = false): Promise<Hit[]> {
    if (this.snapshot && this.#pit === undefined)
      this.#pit = await openSnapshot(this.connection, this.index, this.signal)
    const pit = this.#pit
    const {status, body} = await this.connection.ask<SearchAnswer>({
      method: 'POST',
      path: pit ? '/_search' : `/${this.index}/_search`,
      query: {
        filter_path: 'pit_id,hits.hits._source,hits.hits.sort,error',
        allow_partial_search_results: false,
        ...(pit ? {} : NO_INDEX_YET),
      },
      body: {
        ...this.body,
        size,
        ...(this.after ? {search_after: this.after} : {}),
        ...(pit ? {pit: {id: pit, keep_alive: KEEP_ALIVE}} : {}),
      },
      // The snapshot is gone after a long pause: the place is a value, so a new one goes on from it.
      accept: pit && !renewed && typeof this.snapshot === 'boolean' ? [404] : [],
      maxAnswerBytes: MAX_ANSWER_BYTES,
      signal: this.signal,
    })
    if (status === 404) {
      this.#pit = undefined
      return this.#ask(size, true)
    }
    this.#pit = body.pit_id ?? this.#pit
    return body.hits?.hits ?? []
  }
}

/** A snapshot of all indices; `undefined` while there are none. */
export async function openSnapshot(
  connection: Connection,
  index: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const {status, body} = await connection.ask<{id?: string}>({
    method: 'POST',
    path: `/${index}/_pit`,
    query: {keep_alive: KEEP_ALIVE, ignore_unavailable: true},
    accept: [404],
    signal,
  })
  return status === 404 ? undefined : body.id
}

/** One that is left behind ends by itself. */
export async function closeSnapshot(connection: Connection, id: string): Promise<void> {
  await connection.ask({method: 'DELETE', path: '/_pit', body: {id}, accept: 'all'}).catch(() => undefined)
}
