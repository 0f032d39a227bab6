// What was handed to the bus and is not acknowledged yet: bounded, kept until it is, and sent again in order when the
// bus could not take it.

import type {BusProducer, SendReceipt} from '../bus/bus.js'
import type {LogflowError} from '../errors/logflow-error.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {Outage, type Patience, passes, pause} from './patience.js'

/** Most batches, and about most bytes, on their way: one more batch may begin below the second. */
const MOST_BATCHES = 8
const MOST_BYTES = 8_000_000
/** So long without an acknowledgement is worth telling. */
const SLOW_MS = 5_000
const LOOK_EVERY_MS = 1_000
/** After the signal, what is on its way has so long to arrive; a bus that is away has none. */
const GRACE_MS = 3_000

export interface SendWindowOptions {
  /** Those of one source come in the order they were sent. */
  onAcknowledged: (batch: UnitBatch, receipt: SendReceipt) => void
  signal?: AbortSignal
  patience?: Patience
}

interface Sent {
  batch: UnitBatch
  state: 'under way' | 'refused' | 'acknowledged'
  receipt?: SendReceipt
}

export class SendWindow {
  private entries: Sent[] = []
  private bytes = 0
  private failure: {error: unknown} | undefined
  private wakers: Array<() => void> = []
  /** The last refusal that may pass. */
  private refusal: LogflowError | undefined
  private recovering = false
  /** The signal came some time ago. */
  private late = false
  private closed = false
  private grace: NodeJS.Timeout | undefined
  private readonly outage: Outage | undefined
  private readonly now: () => number
  /** When something was last acknowledged, or the window began to fill. */
  private lastProgress: number
  private readonly watch: NodeJS.Timeout

  constructor(
    private readonly producer: BusProducer,
    private readonly options: SendWindowOptions,
  ) {
    const {patience, signal} = options
    this.now = patience?.now ?? (() => performance.now())
    this.lastProgress = this.now()
    this.outage = patience && new Outage('bus', patience)
    this.watch = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.watch.unref()
    signal?.addEventListener('abort', this.interrupt)
    if (signal?.aborted) this.interrupt()
  }

  /** Waits until another batch may be sent; false once the signal has ended the sending. Throws what failed. */
  async room(): Promise<boolean> {
    for (;;) {
      if (this.failure) throw this.failure.error
      if (this.isGivenUp()) return false
      if (!this.recovering && this.entries.length < MOST_BATCHES && this.bytes < MOST_BYTES) return true
      await this.change()
    }
  }

  /** What `next` gives, unless a send fails first. */
  unlessFailed<T>(next: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.failure) reject(this.failure.error)
        else this.wakers.push(look)
      }
      const done = () => {
        this.wakers = this.wakers.filter((waker) => waker !== look)
      }
      next.finally(done).then(resolve, reject)
      look()
    })
  }

  send(batch: UnitBatch): void {
    if (this.entries.length === 0) this.lastProgress = this.now()
    const entry: Sent = {batch, state: 'refused'}
    this.entries.push(entry)
    this.bytes += batch.data.length
    // what is sent later must not overtake what was refused
    if (!this.recovering) this.start(entry)
  }

  /** Waits until all of it is acknowledged. Returns the units that were given up since the signal came. */
  async finish(): Promise<number> {
    while (this.entries.length > 0 && !this.failure && !this.isGivenUp()) await this.change()
    if (this.failure) throw this.failure.error
    return this.entries.reduce((sum, {batch}) => sum + batch.count, 0)
  }

  /** Nothing is told or sent again after it. */
  close(): void {
    this.closed = true
    clearInterval(this.watch)
    clearTimeout(this.grace)
    this.options.signal?.removeEventListener('abort', this.interrupt)
    this.wake()
  }

  private start(entry: Sent): void {
    entry.state = 'under way'
    this.producer.send(entry.batch).then(
      (receipt) => {
        entry.state = 'acknowledged'
        entry.receipt = receipt
        this.acknowledge()
      },
      (error: unknown) => {
        entry.state = 'refused'
        this.refused(error)
      },
    )
  }

  /** Hands on what is acknowledged, but nothing of a source before what was sent of it earlier. */
  private acknowledge(): void {
    if (this.closed) return
    this.lastProgress = this.now()
    if (!this.recovering) this.outage?.over()
    const waiting = new Set<string>()
    const left: Sent[] = []
    for (const entry of this.entries) {
      const {source} = entry.batch.envelope
      if (entry.receipt && !waiting.has(source) && !this.failure) this.handOn(entry.batch, entry.receipt)
      else {
        waiting.add(source)
        left.push(entry)
      }
    }
    this.entries = left
    this.wake()
  }

  private handOn(batch: UnitBatch, receipt: SendReceipt): void {
    this.bytes -= batch.data.length
    try {
      this.options.onAcknowledged(batch, receipt)
    } catch (error) {
      this.failure ??= {error}
    }
  }

  private refused(error: unknown): void {
    if (this.closed) return
    if (!this.outage || !passes(error)) this.failure ??= {error}
    else {
      this.refusal = error
      if (!this.recovering) void this.recover(this.outage)
    }
    this.wake()
  }

  /** Sends the refused again, in order, the first alone: until none is left. */
  private async recover(outage: Outage): Promise<void> {
    this.recovering = true
    const signal = this.options.signal ?? new AbortController().signal
    for (;;) {
      while (this.entries.some(({state}) => state === 'under way')) await this.change()
      const refused = this.entries.filter(({state}) => state === 'refused')
      const [first] = refused
      if (!first) break
      if (this.refusal) {
        const wait = outage.failed(this.refusal)
        this.refusal = undefined
        if (!(await pause(wait, signal)) || this.closed || this.failure) return
        this.start(first)
      } else for (const entry of refused) this.start(entry)
    }
    this.recovering = false
    outage.over()
    this.wake()
  }

  /** The signal has come, and waiting longer is of no use. */
  private isGivenUp(): boolean {
    return this.options.signal?.aborted === true && (this.recovering || this.late)
  }

  private readonly interrupt = (): void => {
    this.grace ??= setTimeout(() => {
      this.late = true
      this.wake()
    }, GRACE_MS)
    this.wake()
  }

  private look(): void {
    const silent = this.now() - this.lastProgress
    if (this.entries.length > 0 && !this.recovering && silent >= SLOW_MS) this.outage?.stalled('slow', silent)
  }

  private readonly wake = (): void => {
    for (const waker of this.wakers.splice(0)) waker()
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wakers.push(resolve)
    })
  }
}
