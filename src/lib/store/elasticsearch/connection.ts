import {readFileSync} from 'node:fs'
import type {Client, ClientOptions} from '@elastic/elasticsearch'
import {LogflowError} from '../../errors/logflow-error.js'
import {translateError} from './errors.js'
import {DEFAULT_REQUEST_TIMEOUT_MS, type ElasticsearchSettings} from './settings.js'

export interface Ask {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  query?: Record<string, string | number | boolean>
  /** Sent as JSON. */
  body?: object
  /** Newline-delimited JSON, sent as it is. */
  lines?: Buffer
  /** Answers with these statuses are given back instead of thrown; `all` for every status. */
  accept?: number[] | 'all'
  /** Nothing is sent again by itself: the caller repeats. */
  once?: boolean
  timeoutMs?: number
  maxAnswerBytes?: number
  signal?: AbortSignal
}

export interface Answer<T> {
  status: number
  body: T
}

/** Every status that is no success, for callers who look at them all. */
const FAILURES = Array.from({length: 200}, (_, i) => 400 + i)

/**
 * The cluster, through the client's transport: node pool, TLS, the check that it is Elasticsearch. The client's
 * own methods and serializer are not used; loading it (95 ms of plain files, 27 ms bundled) waits for the first request.
 */
export class Connection {
  /** For messages: no credentials. */
  readonly url: string
  readonly #settings: ElasticsearchSettings
  #client: Promise<Client> | undefined

  constructor(settings: ElasticsearchSettings) {
    this.#settings = settings
    this.url = settings.nodes.map(plainUrl).join(', ')
  }

  /** Throws a LogflowError for everything that `accept` does not name. */
  async ask<T>(ask: Ask): Promise<Answer<T>> {
    try {
      const client = await this.#open()
      const {method, path, query, body, lines} = ask
      const answer = await client.transport.request<T>(
        {method, path, querystring: query, ...(lines ? {bulkBody: lines} : {body})},
        {
          meta: true,
          ignore: ask.accept === 'all' ? FAILURES : ask.accept,
          signal: ask.signal,
          requestTimeout: ask.timeoutMs,
          maxResponseSize: ask.maxAnswerBytes,
          ...(ask.once ? {maxRetries: 0} : {}),
          // At once: a closed idle connection opens again, and a server that is down is told without a wait.
          retryBackoff: () => 0,
        },
      )
      return {status: answer.statusCode ?? 0, body: answer.body}
    } catch (error) {
      if (isTooLarge(error)) throw new AnswerTooLarge()
      throw translateError(error, this.url)
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    // A client that could not be made has nothing to close.
    await (await client?.catch(() => undefined))?.close()
  }

  #open(): Promise<Client> {
    this.#client ??= import('@elastic/elasticsearch').then(({Client}) => new Client(this.#options()))
    return this.#client
  }

  #options(): ClientOptions {
    const {nodes, username, password, apiKey, caFile, rejectUnauthorized, requestTimeoutMs} = this.#settings
    const auth = apiKey ? {apiKey} : username === undefined ? undefined : {username, password: password ?? ''}
    return {
      nodes,
      ...(auth ? {auth} : {}),
      tls: {...(caFile ? {ca: readAuthority(caFile)} : {}), rejectUnauthorized: rejectUnauthorized ?? true},
      requestTimeout: requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
      maxRetries: Math.max(1, nodes.length - 1),
      // A record may hold a field named __proto__; it is data to us, and nothing merges it.
      disablePrototypePoisoningProtection: true,
    }
  }
}

/** The answer would not have fitted into `maxAnswerBytes`: ask for less. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge'
}

function isTooLarge(error: unknown): boolean {
  const {name, message} = error as {name?: string; message?: string}
  return name === 'RequestAbortedError' && /bigger than the maximum allowed/.test(message ?? '')
}

function plainUrl(node: string): string {
  const url = URL.canParse(node) ? new URL(node) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return `${url.protocol}//${url.host}`
  throw new LogflowError('BAD_CONFIG', 'elasticsearch.nodes holds something that is not a URL', {
    suggestions: ['Write it as http://host:9200'],
  })
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new LogflowError('FILE_UNREADABLE', `cannot read ${file} (elasticsearch.ca_file)`, {cause})
  }
}
