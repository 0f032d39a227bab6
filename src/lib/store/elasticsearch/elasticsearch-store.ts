// The store on Elasticsearch 8 or 9: plain indices by period of `@timestamp` behind one alias. Files here speak to
// the cluster through connection.ts alone; none may keep records back, invent an order, or let a foreign error out
// (errors.ts). Copy search.ts for a new question.

import {LogflowError} from '../../errors/logflow-error.js'
import type {Group, Question} from '../../metrics/question.js'
import type {LogRecord} from '../../record/record.js'
import {type Answer, everyAnswer} from '../answers.js'
import type {
  Explanation,
  FollowEvent,
  FollowRequest,
  KeyRange,
  RecordFilter,
  RecordKey,
  RecordText,
  SearchRequest,
  Store,
  StoreStatus,
  StoreWriter,
} from '../store.js'
import {aggregateElasticsearch} from './aggregate.js'
import {compileFilter, type Dsl} from './compile-query.js'
import {Connection} from './connection.js'
import {decodeSource} from './document.js'
import {notElasticsearch} from './errors.js'
import {explainElasticsearch} from './explain.js'
import {currentPosition, type FollowOptions, followArrivals} from './follow.js'
import {keyPages} from './keys.js'
import {countDoubtful, readTexts} from './read-records.js'
import {NO_INDEX_YET, type SearchAnswer, searchPages} from './search.js'
import {
  DEFAULT_BULK,
  DEFAULT_REQUEST_TIMEOUT_MS,
  type ElasticsearchSettings,
  type Runtime,
  SYSTEM_RUNTIME,
} from './settings.js'
import {openWriter, refreshIndices} from './writer.js'

const INDEX_NAME = /^[a-z0-9][a-z0-9._-]{0,199}$/
/** A refresh, and the slack between two machines' clocks. */
const VISIBILITY_MS = 2_000

/** Connects at the first request. Rejects with BAD_CONFIG where the settings cannot be right. */
export async function openElasticsearch(
  settings: ElasticsearchSettings,
  runtime: Runtime = SYSTEM_RUNTIME,
): Promise<Store> {
  if (settings.nodes.length === 0) {
    throw new LogflowError('BAD_CONFIG', 'elasticsearch.nodes is empty', {
      suggestions: ['Write it as http://host:9200'],
    })
  }
  if (!INDEX_NAME.test(settings.index)) {
    throw new LogflowError('BAD_CONFIG', `"${settings.index}" cannot name an index (elasticsearch.index)`, {
      suggestions: ['Use small letters, digits, "-", "_" and "."'],
    })
  }
  return new ElasticsearchStore(settings, runtime)
}

class ElasticsearchStore implements Store {
  readonly kind = 'elasticsearch'
  /** `ingested_at` is a sender's clock. */
  readonly followsBestEffort = true
  readonly #settings: ElasticsearchSettings
  readonly #runtime: Runtime
  readonly #connection: Connection

  constructor(settings: ElasticsearchSettings, runtime: Runtime) {
    this.#settings = settings
    this.#runtime = runtime
    this.#connection = new Connection(settings)
  }

  async openWriter(): Promise<StoreWriter> {
    await this.#version()
    return openWriter(this.#connection, this.#settings, this.#runtime)
  }

  search(request: SearchRequest, signal?: AbortSignal): AsyncIterable<LogRecord[]> {
    return searchPages(this.#connection, this.#settings.index, request, signal)
  }

  async count(filter: RecordFilter): Promise<number> {
    const {certain, doubtful} = compileFilter(filter)
    const sure = await this.#count(certain)
    if (doubtful === undefined || (await this.#count(doubtful)) === 0) return sure
    return sure + (await countDoubtful(this.#connection, this.#settings.index, filter))
  }

  async #count(query: Dsl): Promise<number> {
    const {count, _shards} = await this.#ask<Counted>('_count', {query})
    // It counts what it can reach, and cannot be told not to, as a search can.
    if (!_shards?.failed) return count
    const message = `${_shards.failed} of ${_shards.total} shards of Elasticsearch at ${this.#connection.url} do not answer`
    throw new LogflowError('STORE_UNREACHABLE', `${message}: the count would be too low`, {retriable: true})
  }

  texts(filter: RecordFilter, signal?: AbortSignal): AsyncIterable<RecordText[]> {
    return readTexts(this.#connection, this.#settings.index, filter, signal)
  }

  async explain(filter: RecordFilter): Promise<Explanation> {
    return explainElasticsearch(filter)
  }

  async aggregate(questions: readonly Question[], signal?: AbortSignal): Promise<Group[][]> {
    return everyAnswer(await this.aggregateEach(questions, signal))
  }

  aggregateEach(questions: readonly Question[], signal?: AbortSignal): Promise<Answer[]> {
    return aggregateElasticsearch(this.#connection, this.#settings.index, questions, signal)
  }

  async get(id: string): Promise<LogRecord | undefined> {
    const answer = await this.#ask<SearchAnswer>('_search', {size: 1, query: {ids: {values: [id]}}})
    const hit = answer.hits?.hits?.[0]
    return hit && decodeSource(hit._source)
  }

  refresh(): Promise<void> {
    return refreshIndices(this.#connection, this.#settings.index)
  }

  keys(ranges: readonly KeyRange[], signal?: AbortSignal): AsyncIterable<RecordKey[]> {
    return keyPages(this.#connection, this.#settings.index, ranges, signal)
  }

  async values(field: 'service' | 'host' | 'environment' | 'level', limit: number): Promise<string[]> {
    if (limit < 1) return []
    const order = [{_count: 'desc'}, {_key: 'asc'}]
    const body = {size: 0, track_total_hits: false, aggs: {values: {terms: {field, size: limit, order}}}}
    const answer = await this.#ask<{aggregations?: {values: {buckets: Array<{key: string}>}}}>('_search', body)
    return answer.aggregations?.values.buckets.map((bucket) => bucket.key) ?? []
  }

  position(): Promise<string> {
    return currentPosition(this.#followOptions())
  }

  follow(request: FollowRequest, signal: AbortSignal): AsyncIterable<FollowEvent> {
    return followArrivals(this.#followOptions(), request, signal)
  }

  async status(): Promise<StoreStatus> {
    const version = await this.#version()
    const {index} = this.#settings
    const {body: stats} = await this.#connection.ask<Stats>({
      method: 'GET',
      path: `/${index}/_stats/store`,
      query: NO_INDEX_YET,
      accept: [404],
    })
    const records = await this.count({query: {kind: 'all'}})
    const newest = await this.#last('@timestamp')
    const lastStored = await this.#last('ingested_at')
    return {
      kind: 'elasticsearch',
      version: `Elasticsearch ${version}`,
      location: this.#connection.url,
      records,
      bytes: stats._all?.total?.store?.size_in_bytes ?? 0,
      ...(newest === undefined ? {} : {newest}),
      ...(lastStored === undefined ? {} : {lastStored}),
      parts: {indices: Object.keys(stats.indices ?? {}).length},
      positions: {},
    }
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }

  /** The value of the record that has the latest. */
  async #last(field: '@timestamp' | 'ingested_at'): Promise<string | undefined> {
    const sort = [{[field]: {order: 'desc'}}]
    const body = {size: 1, track_total_hits: false, _source: [field], sort}
    const answer = await this.#ask<SearchAnswer>('_search', body)
    return answer.hits?.hits?.[0]?._source[field]
  }

  async #ask<T>(what: '_search' | '_count', body: object): Promise<T> {
    const path = `/${this.#settings.index}/${what}`
    const query = what === '_search' ? {...NO_INDEX_YET, allow_partial_search_results: false} : NO_INDEX_YET
    return (await this.#connection.ask<T>({method: 'POST', path, query, body})).body
  }

  async #version(): Promise<string> {
    const {body} = await this.#connection.ask<{version?: {number?: string}}>({method: 'GET', path: '/'})
    const version = body.version?.number ?? ''
    if (Number.parseInt(version, 10) >= 8) return version
    throw notElasticsearch(this.#connection.url)
  }

  #followOptions(): FollowOptions {
    return {
      connection: this.#connection,
      index: this.#settings.index,
      runtime: this.#runtime,
      windowMs: (this.#settings.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS) + VISIBILITY_MS,
      patienceMs: this.#settings.bulk?.patienceMs ?? DEFAULT_BULK.patienceMs,
    }
  }
}

interface Counted {
  count: number
  _shards?: {total: number; failed: number}
}

interface Stats {
  _all?: {total?: {store?: {size_in_bytes?: number}}}
  indices?: Record<string, unknown>
}
