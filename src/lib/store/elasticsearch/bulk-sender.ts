import {LogflowError} from '../../errors/logflow-error.js'
import type {Connection} from './connection.js'
import {errorReason, indexFault, neverFits, oneLine, reasonOf, refusal} from './errors.js'
import type {BulkSettings, Runtime} from './settings.js'

/** What became of one document. */
export type Fate = {kind: 'stored'} | {kind: 'already-there'} | {kind: 'rejected'; status: number; reason: string}

/** The documents of one write. Encoding is asked for at each try: a document carries the time it was sent. */
export interface Documents {
  readonly count: number
  /** Action and source, each closed by a newline. `armoured` after the server has refused the plain form. */
  encode(item: number, sentAt: string, armoured: boolean): string
}

interface BulkAnswer {
  errors?: boolean
  items?: Array<Record<string, {status: number; error?: unknown}>>
}

const STORED: Fate = {kind: 'stored'}
const ALREADY_THERE: Fate = {kind: 'already-there'}

const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 10_000
/** A body is never made smaller than this because of a 413. */
const MIN_BODY_BYTES = 64_000
/** After so many lost connections in a row the body is halved: some proxies cut what is too large for them. */
const LOSSES_BEFORE_HALVING = 3

/**
 * Puts documents into their indices, each exactly once (`create` with its own id, so that repeating is safe):
 * 409 is "already there"; 429, 5xx and lost connections are repeated, failed items only, with growing, jittered
 * pauses; a body that is too large is halved down to the lone document; a body that is no good is bisected; what
 * is refused for its own sake is handed back with the reason. What the index or the cluster refuses is thrown.
 */
export class BulkSender {
  readonly #connection: Connection
  readonly #settings: Required<BulkSettings>
  readonly #runtime: Runtime
  readonly #slots: Slots
  #maxBytes: number
  #lastSent = 0

  constructor(connection: Connection, settings: Required<BulkSettings>, runtime: Runtime) {
    this.#connection = connection
    this.#settings = settings
    this.#runtime = runtime
    this.#slots = new Slots(settings.inFlight)
    this.#maxBytes = settings.bytes
  }

  /** Resolves when the fate of every document is known. Rejects when the store cannot take them now, or at all. */
  async send(documents: Documents): Promise<Fate[]> {
    const job = new Job(documents)
    const running = new Set<Promise<void>>()
    while (job.hasMore()) {
      await this.#slots.take()
      if (job.failure !== undefined) {
        this.#slots.free()
        break
      }
      const body = this.#fill(job)
      const sending = this.#deliver(job, body)
        .catch((error: unknown) => job.fail(error))
        .finally(() => {
          this.#slots.free()
          running.delete(sending)
        })
      running.add(sending)
    }
    await Promise.all(running)
    if (job.failure !== undefined) throw job.failure
    return job.fates as Fate[]
  }

  /** The next body of a job, as long as it fits. */
  #fill(job: Job): Body {
    const body = new BodyBuilder(job, this.#stamp())
    while (job.hasMore() && body.length < this.#maxBytes) body.add(job.next())
    return body.build()
  }

  #encode(job: Job, items: number[]): Body {
    const body = new BodyBuilder(job, this.#stamp())
    for (const item of items) body.add(item)
    return body.build()
  }

  /** Never goes back, even when the clock does. */
  #stamp(): string {
    this.#lastSent = Math.max(this.#lastSent, this.#runtime.now())
    return new Date(this.#lastSent).toISOString()
  }

  async #deliver(job: Job, first: Body): Promise<void> {
    const patience = new Patience(this.#settings.patienceMs, this.#runtime)
    let body = first
    let losses = 0
    while (body.items.length > 0) {
      const outcome = await this.#post(job, body)
      switch (outcome.kind) {
        case 'done':
          return
        case 'again':
          // Some were settled, or come in another form: that is progress.
          losses = 0
          if (outcome.items.length < body.items.length || !outcome.pause) patience.renew()
          if (outcome.pause) await patience.pause(outcome.pause)
          body = this.#encode(job, outcome.items)
          break
        case 'split':
          return this.#halve(job, outcome.items)
        case 'lost':
          await patience.pause(outcome.error)
          losses++
          if (losses >= LOSSES_BEFORE_HALVING && body.items.length > 1 && (await this.#answers())) {
            return this.#halve(job, body.items)
          }
          body = this.#encode(job, body.items)
          break
      }
      if (job.failure !== undefined) return
    }
  }

  async #halve(job: Job, items: number[]): Promise<void> {
    const middle = Math.ceil(items.length / 2)
    await this.#deliver(job, this.#encode(job, items.slice(0, middle)))
    if (job.failure === undefined) await this.#deliver(job, this.#encode(job, items.slice(middle)))
  }

  /** Whether the server is there at all. */
  async #answers(): Promise<boolean> {
    try {
      const {status} = await this.#connection.ask({method: 'GET', path: '/', accept: 'all', once: true})
      return status < 500
    } catch {
      return false
    }
  }

  async #post(job: Job, body: Body): Promise<Outcome> {
    let status: number
    let answer: BulkAnswer
    try {
      const said = await this.#connection.ask<BulkAnswer>({
        method: 'POST',
        path: '/_bulk',
        query: {filter_path: 'errors,items.*.status,items.*.error,error'},
        lines: body.bytes,
        accept: 'all',
        once: true,
      })
      status = said.status
      answer = said.body
    } catch (error) {
      if (error instanceof LogflowError && error.retriable) return {kind: 'lost', error}
      throw error
    }
    if (status < 300) return this.#settle(job, body, answer)
    if (status === 413 || (status === 429 && neverFits(reasonOf(answer).reason))) return this.#tooLarge(job, body)
    if (status === 400) return this.#noGood(job, body, answer)
    const error = refusal(this.#connection.url, status, answer)
    if (status !== 429 && status < 500) throw error
    return {kind: 'again', items: body.items, pause: error}
  }

  #tooLarge(job: Job, body: Body): Outcome {
    this.#maxBytes = Math.max(MIN_BODY_BYTES, Math.min(this.#maxBytes, Math.floor(body.bytes.length / 2)))
    if (body.items.length > 1) return {kind: 'split', items: body.items}
    const reason = `the document of ${body.bytes.length} bytes is larger than the server takes (http.max_content_length, or its memory for indexing)`
    job.settle(body.items[0] as number, {kind: 'rejected', status: 413, reason})
    return {kind: 'done'}
  }

  #noGood(job: Job, body: Body, answer: unknown): Outcome {
    const error = refusal(this.#connection.url, 400, answer)
    if (error.code !== 'BACKEND_REFUSED' || error.retriable) throw error
    if (body.items.length > 1) return {kind: 'split', items: body.items}
    job.settle(body.items[0] as number, {kind: 'rejected', status: 400, reason: error.message})
    return {kind: 'done'}
  }

  /** Reads the answer item by item. Throws when the index, not a document, is refused. */
  #settle(job: Job, body: Body, {items}: BulkAnswer): Outcome {
    if (items?.length !== body.items.length) {
      const message = `Elasticsearch at ${this.#connection.url} gave half an answer`
      return {kind: 'lost', error: new LogflowError('STORE_UNREACHABLE', message, {retriable: true})}
    }
    const again: number[] = []
    let pause: LogflowError | undefined
    let tooLarge = false
    for (const [at, answered] of items.entries()) {
      const item = body.items[at] as number
      const {status, error} = answered.create ?? {status: 0}
      if (status === 200 || status === 201) job.settle(item, STORED)
      else if (status === 409) job.settle(item, ALREADY_THERE)
      else {
        const verdict = this.#refused(job, item, status, error)
        if (verdict !== 'settled') again.push(item)
        if (verdict === 'too large') tooLarge = true
        if (verdict instanceof LogflowError) pause = verdict
      }
    }
    if (tooLarge)
      return again.length > 1 ? {kind: 'split', items: again} : this.#tooLarge(job, this.#encode(job, again))
    return again.length === 0 ? {kind: 'done'} : {kind: 'again', items: again, pause}
  }

  /** A refused document: settled, to be sent in another form, or to be sent again after a pause (with the reason). */
  #refused(
    job: Job,
    item: number,
    status: number,
    error: unknown,
  ): 'settled' | 'in armour' | 'too large' | LogflowError {
    const {url} = this.#connection
    const {type, reason} = errorReason(error)
    const fault = indexFault(url, type, reason)
    if (status === 429 && neverFits(reason)) return 'too large'
    if (status === 429 || status >= 500) return fault ?? refusal(url, status, {error})
    if (fault) throw fault
    if (status === 400 && !job.armoured.has(item)) {
      job.armoured.add(item)
      return 'in armour'
    }
    job.settle(item, {kind: 'rejected', status, reason: `${type}: ${reason}`})
    return 'settled'
  }
}

interface Body {
  items: number[]
  bytes: Buffer
}

class BodyBuilder {
  readonly #items: number[] = []
  readonly #parts: string[] = []
  length = 0

  constructor(
    readonly job: Job,
    readonly sentAt: string,
  ) {}

  add(item: number): void {
    try {
      const lines = this.job.documents.encode(item, this.sentAt, this.job.armoured.has(item))
      this.#items.push(item)
      this.#parts.push(lines)
      this.length += lines.length
    } catch (error) {
      // Not JSON: too deep for the stack, or too long for a string. Its neighbours go on.
      this.job.settle(item, {
        kind: 'rejected',
        status: 400,
        reason: `cannot be written as JSON: ${oneLine(String(error))}`,
      })
    }
  }

  build(): Body {
    return {items: this.#items, bytes: Buffer.from(this.#parts.join(''))}
  }
}

type Outcome =
  | {kind: 'done'}
  /** With a pause where the server was busy, and why. */
  | {kind: 'again'; items: number[]; pause?: LogflowError}
  | {kind: 'split'; items: number[]}
  | {kind: 'lost'; error: LogflowError}

/** One call of send(): which documents are still to be put into a body, and what became of the others. */
class Job {
  readonly fates: Array<Fate | undefined>
  /** Documents whose plain form was refused. */
  readonly armoured = new Set<number>()
  failure: unknown
  #next = 0

  constructor(readonly documents: Documents) {
    this.fates = new Array<Fate | undefined>(documents.count)
  }

  hasMore(): boolean {
    return this.#next < this.documents.count
  }

  next(): number {
    return this.#next++
  }

  settle(item: number, fate: Fate): void {
    this.fates[item] = fate
  }

  /** The first failure is the one told. */
  fail(error: unknown): void {
    this.failure ??= error
  }
}

/** Growing pauses, until there has been no progress for too long. */
class Patience {
  #since: number | undefined
  #tries = 0

  constructor(
    readonly limitMs: number,
    readonly runtime: Runtime,
  ) {}

  renew(): void {
    this.#since = undefined
    this.#tries = 0
  }

  /** Throws the reason when patience is at its end. */
  async pause(reason: LogflowError): Promise<void> {
    const now = this.runtime.now()
    this.#since ??= now
    if (now - this.#since >= this.limitMs) throw reason
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#tries++)
    await this.runtime.sleep(delay * (0.5 + this.runtime.random() / 2))
  }
}

/** So many at a time, in the order they came. */
class Slots {
  #free: number
  readonly #waiting: Array<() => void> = []

  constructor(count: number) {
    this.#free = count
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  free(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
