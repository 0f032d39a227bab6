// The store of a logflow server, asked over HTTP. Each call is one of the server's; what a cut connection left out is asked
// for again or told, and never taken for the end. The server alone writes: there is no writer here.

import {LogflowError} from '../../errors/logflow-error.js'
import type {Group, Question} from '../../metrics/question.js'
import type {LogRecord} from '../../record/record.js'
import {checkProtocol} from '../../remote/check-protocol.js'
import type {Ask, RemoteClient} from '../../remote/client.js'
import {problemError} from '../../remote/errors.js'
import {
  type AggregateAnswer,
  ALIVE_MS,
  API_PREFIX,
  type CountAnswer,
  type ExplainAnswer,
  type GetAnswer,
  MAX_KEY_RANGES,
  type PositionAnswer,
  PROTOCOL,
  PROTOCOL_HEADER,
  STORE_PATHS,
  type StatusAnswer,
  type StoreAbout,
  type ValuesAnswer,
} from '../../remote/protocol.js'
import type {Answer} from '../answers.js'
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
import {followRemote} from './follow.js'
import {searchRemote} from './search.js'

/** What a stream may be silent for, while the server is there: it says so more often. */
const SILENT_MS = 3 * ALIVE_MS
/** What a server may take to count: its own limits end it earlier. */
const COUNT_MS = 120_000

/** Asks the server what it is. Rejects with SERVER_UNREACHABLE, UNAUTHORISED, or BACKEND_REFUSED for another protocol. */
export async function openRemoteStore(client: RemoteClient): Promise<Store> {
  const calls = new StoreCalls(client)
  const about = await calls.ask<StoreAbout>('about', {})
  checkProtocol(about, client.url)
  return new RemoteStore(calls, about)
}

/** The calls of the protocol that are about the store. */
export class StoreCalls {
  constructor(readonly client: RemoteClient) {}

  ask<T>(call: keyof typeof STORE_PATHS, body: object, more: Partial<Ask> = {}): Promise<T> {
    return this.client.ask<T>({...this.#request(call, body), ...more})
  }

  stream<T extends object>(call: keyof typeof STORE_PATHS, body: object, signal?: AbortSignal): AsyncGenerator<T> {
    return this.client.stream<T>({...this.#request(call, body), timeoutMs: SILENT_MS, signal})
  }

  #request(call: keyof typeof STORE_PATHS, body: object): Ask {
    const headers = {[PROTOCOL_HEADER]: String(PROTOCOL)}
    return {method: 'POST', path: API_PREFIX + STORE_PATHS[call], body, headers, repeatable: true}
  }
}

class RemoteStore implements Store {
  readonly kind = 'remote'
  readonly followsBestEffort: boolean
  readonly #calls: StoreCalls
  readonly #about: StoreAbout

  constructor(calls: StoreCalls, about: StoreAbout) {
    this.#calls = calls
    this.#about = about
    this.followsBestEffort = about.follows_best_effort
  }

  openWriter(): Promise<StoreWriter> {
    return Promise.reject(
      new LogflowError('NOT_SUPPORTED', `only the server writes to the store of ${this.#calls.client.url}`, {
        suggestions: ['Run logflow process, or logflow up, where the server runs', 'logflow ship  to send it lines'],
      }),
    )
  }

  search(request: SearchRequest, signal?: AbortSignal): AsyncIterable<LogRecord[]> {
    return searchRemote(this.#calls, request, signal)
  }

  async *texts(filter: RecordFilter, signal?: AbortSignal): AsyncGenerator<RecordText[]> {
    const lines = this.#calls.stream<{texts?: RecordText[]}>('texts', {filter}, signal)
    for await (const {texts} of lines) if (texts) yield texts
  }

  async count(filter: RecordFilter): Promise<number> {
    const {count} = await this.#calls.ask<CountAnswer>('count', {filter}, {timeoutMs: COUNT_MS})
    return count
  }

  explain(filter: RecordFilter): Promise<Explanation> {
    return this.#calls.ask<ExplainAnswer>('explain', {filter})
  }

  async aggregate(questions: readonly Question[], signal?: AbortSignal): Promise<Group[][]> {
    const {groups} = await this.#calls.ask<AggregateAnswer>('aggregate', {questions}, {timeoutMs: COUNT_MS, signal})
    return groups
  }

  async aggregateEach(questions: readonly Question[], signal?: AbortSignal): Promise<Answer[]> {
    const call = {questions, each: true}
    const {groups, refused = []} = await this.#calls.ask<AggregateAnswer>('aggregate', call, {
      timeoutMs: COUNT_MS,
      signal,
    })
    const answers: Answer[] = [...groups]
    for (const {index, problem} of refused) answers[index] = problemError(problem, this.#calls.client)
    return answers
  }

  async get(id: string): Promise<LogRecord | undefined> {
    const {record} = await this.#calls.ask<GetAnswer>('get', {id})
    return record
  }

  async refresh(): Promise<void> {
    await this.#calls.ask('refresh', {})
  }

  async *keys(ranges: readonly KeyRange[], signal?: AbortSignal): AsyncGenerator<RecordKey[]> {
    for (let at = 0; at < ranges.length; at += MAX_KEY_RANGES) {
      const call = {ranges: ranges.slice(at, at + MAX_KEY_RANGES)}
      for await (const {keys} of this.#calls.stream<{keys?: RecordKey[]}>('keys', call, signal)) if (keys) yield keys
    }
  }

  async values(field: 'service' | 'host' | 'environment' | 'level', limit: number): Promise<string[]> {
    const {values} = await this.#calls.ask<ValuesAnswer>('values', {field, limit})
    return values
  }

  async position(): Promise<string> {
    const {position} = await this.#calls.ask<PositionAnswer>('position', {})
    return position
  }

  follow(request: FollowRequest, signal: AbortSignal): AsyncIterable<FollowEvent> {
    return followRemote(this.#calls, request, signal)
  }

  async status(): Promise<StoreStatus> {
    const status = await this.#calls.ask<StatusAnswer>('status', {})
    const version = `logflow ${this.#about.version}, ${status.version}`
    return {...status, kind: this.kind, version, location: this.#calls.client.url}
  }

  async close(): Promise<void> {}
}
