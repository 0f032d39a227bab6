// Follows plain files through rotation, several merged by event time: what one look at all of them brings is told in
// the order of time. Nothing is stored, and no checkpoint is made: `ship --follow` is not disturbed.

import {unitToRecord} from '../parse/to-record.js'
import {isAsked} from '../query/record-filter.js'
import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {FollowNotice} from '../sources/follow/notices.js'
import type {Follow} from '../sources/follow/open-follow.js'
import type {RecordFilter} from '../store/store.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {NewestRecords} from './newest-records.js'
import type {ArrivalEvent, Arrivals, Gap} from './tail-arrivals.js'

/** Records that wait for others to be put in order with. More are told as they are. */
const MOST_WAITING = 10_000
const PAGE = 1_000
/** A file that is silent for longer than its last event is waited for has been looked at again by now. */
const LOOK_MARGIN_MS = 500

export interface FileArrivalsOptions {
  /** Begins to follow; `signal` ends it. */
  open: (on: {signal: AbortSignal; onNotice: (notice: FollowNotice) => void; onRead: () => void}) => Follow
  filter: RecordFilter
  /** False where all are pipes: what comes is told as it comes, and nothing was there before. */
  files: boolean
  /** How long the last event of a file is held back for a continuation, ms. */
  silenceMs: number
  /** Told of what happens to the files, but for gaps. */
  onNotice: (notice: FollowNotice) => void
  /** Milliseconds of a clock that never goes back. */
  clock?: () => number
}

/** `at`: when all was read. */
type Step = {kind: 'batch'; batch: UnitBatch} | {kind: 'read'; at: number} | {kind: 'end'}
/** What the asking for a batch came to. */
type Outcome = Exclude<Step, {kind: 'read'}> | {kind: 'failed'; error: unknown}

export class FileArrivals implements Arrivals {
  readonly #options: FileArrivalsOptions
  readonly #clock: () => number
  readonly #stop = new AbortController()
  readonly #gaps: Gap[] = []
  /** Records that were parsed, wanted or not. */
  seen = 0
  #follow: Follow | undefined
  #batches: AsyncIterator<UnitBatch> | undefined
  #asked = false
  #outcome: Outcome | undefined
  /** When all was read first, since it was told last. */
  #readAt: number | undefined
  #wake: () => void = () => {}

  constructor(options: FileArrivalsOptions) {
    this.#options = options
    this.#clock = options.clock ?? (() => performance.now())
  }

  async start(): Promise<void> {
    this.#follow ??= this.#options.open({
      signal: this.#stop.signal,
      onRead: () => {
        this.#readAt ??= this.#clock()
        this.#wake()
      },
      onNotice: (notice) => {
        if (notice.kind === 'truncated' && notice.lost > 0) this.#gaps.push(gapOf(notice))
        else this.#options.onNotice(notice)
      },
    })
    this.#batches ??= this.#follow[Symbol.asyncIterator]()
  }

  async *before(last: number, signal: AbortSignal): AsyncGenerator<LogRecord[]> {
    // What is there was left out from the beginning.
    if (last === 0 || !this.#options.files) return
    const newest = new NewestRecords(last)
    const ends = new FileEnds(last)
    const add = (batch: UnitBatch) => {
      for (const record of this.#recordsOf(batch)) newest.add(record)
    }
    // Where every record is wanted, those before the last lines of a file need not be parsed.
    const takesAll = this.#options.filter.query.kind === 'all' && this.#options.filter.since === undefined
    let readAt: number | undefined
    for await (const step of this.#steps(signal)) {
      if (step.kind === 'batch' && takesAll) ends.add(step.batch)
      else if (step.kind === 'batch') add(step.batch)
      else if (step.kind === 'read') {
        readAt ??= step.at
        if (step.at - readAt >= this.#options.silenceMs + LOOK_MARGIN_MS) break
      }
    }
    for (const batch of ends.batches()) add(batch)
    yield* pagesOf(newest.inOrder())
  }

  async *follow(signal: AbortSignal): AsyncGenerator<ArrivalEvent> {
    let waiting: LogRecord[] = []
    let caughtUp = false
    const told = function* (): Generator<ArrivalEvent> {
      for (const records of pagesOf(waiting.sort(compareRecords))) yield {kind: 'records', records}
      waiting = []
    }
    for await (const step of this.#steps(signal)) {
      if (step.kind === 'batch') for (const record of this.#recordsOf(step.batch)) waiting.push(record)
      if (step.kind !== 'batch' || waiting.length >= MOST_WAITING || !this.#options.files) yield* told()
      for (const gap of this.#gaps.splice(0)) yield {kind: 'gap', gap}
      if (step.kind === 'read' && !caughtUp) {
        caughtUp = true
        yield {kind: 'caught-up'}
      }
    }
    yield* told()
  }

  async lag(): Promise<undefined> {
    return undefined
  }

  /** Ends the following and lets go of the files. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#batches?.return?.()
    await this.#follow?.close()
  }

  /**
   * Batches as they come, and a step for each time that all was read. Ends with the signal, or with the last pipe. Not a
   * race of promises: one that never ends holds whatever won against it, and a pipe would be held whole.
   */
  async *#steps(signal: AbortSignal): AsyncGenerator<Step> {
    const wake = () => this.#wake()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        this.#ask()
        const step = this.#taken()
        if (step?.kind === 'end') return
        if (step) yield step
        else {
          await new Promise<void>((done) => {
            this.#wake = done
          })
        }
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  /** Asks for a batch where none is asked for; an end and a failure stay what they are. */
  #ask(): void {
    if (this.#asked) return
    this.#asked = true
    const came = (outcome: Outcome) => {
      this.#outcome = outcome
      this.#wake()
    }
    this.#nextBatch().then(came, (error) => came({kind: 'failed', error}))
  }

  /** What has come: a batch first. */
  #taken(): Step | undefined {
    const outcome = this.#outcome
    if (outcome?.kind === 'failed') throw outcome.error
    if (outcome?.kind === 'batch') {
      this.#outcome = undefined
      this.#asked = false
    }
    if (outcome || this.#readAt === undefined) return outcome
    const step: Step = {kind: 'read', at: this.#readAt}
    this.#readAt = undefined
    return step
  }

  async #nextBatch(): Promise<Outcome> {
    const result = await this.#batches?.next()
    if (!result || result.done) return {kind: 'end'}
    this.#follow?.acknowledged(result.value)
    return {kind: 'batch', batch: result.value}
  }

  *#recordsOf(batch: UnitBatch): Generator<LogRecord> {
    this.seen += batch.count
    for (let i = 0; i < batch.count; i++) {
      const record = unitToRecord(batch, i)
      if (isAsked(record, this.#options.filter)) yield record
    }
  }
}

/** The last units of each file, in as many batches as hold them. */
class FileEnds {
  readonly #ends = new Map<string, {batches: UnitBatch[]; units: number}>()

  constructor(private readonly most: number) {}

  add(batch: UnitBatch): void {
    const {source} = batch.envelope
    const end = this.#ends.get(source) ?? {batches: [], units: 0}
    this.#ends.set(source, end)
    end.batches.push(batch)
    end.units += batch.count
    for (let [first] = end.batches; first && end.units - first.count >= this.most; [first] = end.batches) {
      end.batches.shift()
      end.units -= first.count
    }
  }

  *batches(): Generator<UnitBatch> {
    for (const {batches} of this.#ends.values()) yield* batches
  }
}

function gapOf({path, readTo, lost}: Extract<FollowNotice, {kind: 'truncated'}>): Gap {
  return {reason: 'removed', message: `${path} was cut after byte ${readTo}, before ${lost} bytes of it were read`}
}

function* pagesOf(records: readonly LogRecord[]): Generator<LogRecord[]> {
  for (let at = 0; at < records.length; at += PAGE) yield records.slice(at, at + PAGE)
}
