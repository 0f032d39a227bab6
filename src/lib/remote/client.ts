// A logflow server over HTTP: what the remote store, bus and accounts ask it through. Knows of bearer tokens, time limits,
// repeating and answers that break off; knows nothing of what is asked. errors.ts reads what goes wrong.

import {setTimeout as sleep} from 'node:timers/promises'
import {LogflowError} from '../errors/logflow-error.js'
import {
  cutOff,
  notLogflow,
  problemError,
  refusalError,
  type ServerFacts,
  tooSlow,
  toProblem,
  unreachable,
} from './errors.js'
import {jsonLines} from './json-lines.js'

export interface ClientOptions extends ServerFacts {
  /** Of logflow here, for the user agent. */
  version?: string
  /** Takes a line now and then: for --verbose. Never a token, never a body. */
  log?: (line: string) => void
}

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the server's URL: `/api/v1/…`. */
  path: string
  query?: Record<string, string | number | undefined>
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is, instead. */
  raw?: {bytes: Uint8Array | string; type: string}
  headers?: Record<string, string>
  /** Asking it twice does what asking once does: it is asked again where an answer did not come. */
  repeatable: boolean
  /** For the answer, or in a stream for each next part of it; 60 s unless said. */
  timeoutMs?: number
  /** How long one is willing to wait for a limit on requests to pass (429); 10 s unless said. */
  waitMs?: number
  /** It is about a password: that it was refused (401) says nothing of the token, and is told in the server's words. */
  aboutPassword?: boolean
  /** What the caller is signed in with, where it is not the token of this client; `null`: nothing. */
  token?: string | null
  signal?: AbortSignal
}

/** What may stand in a header; a token with a line feed would be shown by the error about it. */
const TOKEN = /^[\x21-\x7e]+$/
const TIMEOUT_MS = 60_000
const WAIT_MS = 10_000
/** Where the server does not say when to come back after a 429. */
const WAIT_UNSAID_MS = 1_000
/** Waits before asking again, a little less or more each. */
const AGAIN_AFTER_MS = [100, 400, 1_000]

export class RemoteClient {
  constructor(private readonly options: ClientOptions) {}

  /** For messages and for `status`. */
  get url(): string {
    return this.options.url
  }

  get hasToken(): boolean {
    return this.options.token !== undefined
  }

  /** The JSON of the answer; `undefined` where it has no body. Rejects with a LogflowError, or with the signal's reason. */
  async ask<T>(ask: Ask): Promise<T> {
    return this.repeated(ask, async () => {
      const open = await this.open(ask)
      try {
        const text = await open.text()
        return (text === '' ? undefined : this.parsed(text, open)) as T
      } finally {
        open.close()
      }
    })
  }

  /**
   * The lines of an answer of application/x-ndjson, as objects, up to the one that says that it is whole. Rejects where
   * that does not come: a part is never taken for the whole. Ends without an error when the signal aborts.
   */
  async *stream<T extends object>(ask: Ask): AsyncGenerator<T> {
    let open: OpenAnswer
    try {
      open = await this.repeated(ask, () => this.open(ask))
    } catch (error) {
      if (ask.signal?.aborted) return
      throw error
    }
    try {
      if (!open.isJson) throw notLogflow(this.options, 'it does not answer in JSON')
      for await (const line of jsonLines(open.chunks())) {
        if (ask.signal?.aborted) return
        if (line === undefined) continue
        if ('end' in line) return
        const problem = 'problem' in line ? toProblem(line.problem) : undefined
        if (problem) throw problemError(problem, this.options)
        yield line as T
      }
    } catch (error) {
      if (ask.signal?.aborted) return
      if (error instanceof SyntaxError) throw cutOff(this.options)
      throw error
    } finally {
      open.close()
    }
    if (!ask.signal?.aborted) throw cutOff(this.options)
  }

  /** Asks again what may be asked again, and what was refused for being asked too often. */
  private async repeated<T>(ask: Ask, work: () => Promise<T>): Promise<T> {
    const patience = performance.now() + (ask.waitMs ?? WAIT_MS)
    for (let failures = 0; ; ) {
      try {
        return await work()
      } catch (error) {
        if (ask.signal?.aborted || !(error instanceof LogflowError) || !error.retriable) throw error
        const refused = (error as {retryAfterMs?: number}).retryAfterMs
        let wait: number
        if (error.code === 'THROTTLED') {
          wait = refused ?? WAIT_UNSAID_MS
          if (performance.now() + wait > patience) throw error
        } else {
          const next = ask.repeatable && error.code === 'SERVER_UNREACHABLE' ? AGAIN_AFTER_MS[failures++] : undefined
          if (next === undefined) throw error
          wait = next * (0.75 + Math.random() / 2)
        }
        this.options.log?.(`${error.message}; again in ${Math.round(wait)} ms`)
        await sleep(wait, undefined, {signal: ask.signal}).catch(() => {
          throw ask.signal?.reason
        })
      }
    }
  }

  /** Sends the request, and reads of the answer its beginning. */
  private async open(ask: Ask): Promise<OpenAnswer> {
    const timeoutMs = ask.timeoutMs ?? TIMEOUT_MS
    const deadline = new Deadline(timeoutMs, ask.signal)
    try {
      const response = await fetch(this.address(ask), {
        method: ask.method ?? 'GET',
        headers: this.headers(ask),
        body: ask.raw ? ask.raw.bytes : ask.body === undefined ? undefined : JSON.stringify(ask.body),
        // A redirected POST would become a GET, and a token must not travel on.
        redirect: 'manual',
        signal: deadline.signal,
      })
      const open = new OpenAnswer(response, deadline, (error) => this.failed(error, ask, deadline))
      if (response.ok) return open
      throw this.refusal(response, await open.text(), ask)
    } catch (error) {
      deadline.end()
      throw this.failed(error, ask, deadline)
    }
  }

  private refusal(response: Response, text: string, {aboutPassword}: Ask): LogflowError {
    const retryAfter = secondsOf(response.headers.get('retry-after'))
    const location = response.headers.get('location') ?? undefined
    const error = refusalError({status: response.status, text, retryAfter, location, aboutPassword}, this.options)
    return retryAfter === undefined ? error : Object.assign(error, {retryAfterMs: retryAfter * 1_000})
  }

  private failed(error: unknown, ask: Ask, deadline: Deadline): unknown {
    if (error instanceof LogflowError) return error
    if (ask.signal?.aborted) return ask.signal.reason
    if (deadline.passed) return tooSlow(this.options, ask.timeoutMs ?? TIMEOUT_MS)
    return unreachable(error, this.options)
  }

  private parsed(text: string, {isJson}: OpenAnswer): unknown {
    try {
      return JSON.parse(text)
    } catch {
      throw isJson ? cutOff(this.options) : notLogflow(this.options, 'it does not answer in JSON')
    }
  }

  private address({path, query = {}}: Ask): string {
    const url = new URL(this.options.url + path)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    return url.href
  }

  private headers(ask: Ask): Record<string, string> {
    const token = ask.token === undefined ? this.options.token : ask.token
    if (token && !TOKEN.test(token))
      throw new LogflowError('BAD_CONFIG', 'the token of the server is no token', {
        suggestions: [`logflow auth login ${this.url}`],
      })
    const type = ask.raw?.type ?? (ask.body === undefined ? undefined : 'application/json')
    return {
      accept: 'application/json, application/x-ndjson',
      'user-agent': this.options.version === undefined ? 'logflow' : `logflow/${this.options.version}`,
      ...(type === undefined ? {} : {'content-type': type}),
      ...(token ? {authorization: `Bearer ${token}`} : {}),
      ...ask.headers,
    }
  }
}

/** Aborts a request when nothing has come for so long, or when the caller's signal does. */
class Deadline {
  passed = false
  private readonly controller = new AbortController()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly ms: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    if (outer?.aborted) this.controller.abort()
    outer?.addEventListener('abort', this.abort, {once: true})
    this.start()
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Begins anew: something has come, and the next part is waited for. */
  start(): void {
    this.stop()
    this.timer = setTimeout(() => {
      this.passed = true
      this.controller.abort()
    }, this.ms)
  }

  /** While nobody waits. */
  stop(): void {
    clearTimeout(this.timer)
  }

  /** What is still open is let go. */
  end(): void {
    this.stop()
    this.outer?.removeEventListener('abort', this.abort)
    this.controller.abort()
  }

  private readonly abort = (): void => this.controller.abort()
}

class OpenAnswer {
  constructor(
    private readonly response: Response,
    private readonly deadline: Deadline,
    private readonly failed: (error: unknown) => unknown,
  ) {}

  /** Also of newline-delimited JSON. What a proxy says of itself is none. */
  get isJson(): boolean {
    return /json/.test(this.response.headers.get('content-type') ?? '')
  }

  async text(): Promise<string> {
    try {
      return await this.response.text()
    } catch (error) {
      throw this.failed(error)
    }
  }

  /** The body as it comes; the time limit goes for the waiting, not for the reader's own work. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const reader = this.response.body?.getReader()
    if (!reader) return
    for (;;) {
      this.deadline.start()
      const {value, done} = await reader.read().catch((error) => {
        throw this.failed(error)
      })
      this.deadline.stop()
      if (done) return
      yield value
    }
  }

  close(): void {
    this.deadline.end()
  }
}

/** Retry-After in seconds, or as a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined
}
