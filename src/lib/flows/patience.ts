// Waiting for a bus or a store that is away: what can be waited out, how long between two tries, and what is said
// meanwhile: once at the beginning, every half minute while it lasts, and when it is over.

import {setTimeout as sleep} from 'node:timers/promises'
import {LogflowError} from '../errors/logflow-error.js'

/** The longest wait between two tries grows from the first figure to the second. */
const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 10_000
/** What lasts is said again after so long. */
const SAY_AGAIN_MS = 30_000

/** `disk`: the files beside bus and store, in which following keeps how far it has read. */
export type Backend = 'bus' | 'store' | 'disk' | 'database'

export type AwayNotice =
  /** It takes nothing now; the next try comes after `afterMs`. */
  | {kind: `${Backend}-away`; reason: string; afterMs: number}
  /** The bus has acknowledged nothing for so long, or given no sign of life, and has refused nothing either. */
  | {kind: 'slow' | 'silent'; forMs: number}
  /** It works again, `afterMs` after the first sign that it did not. */
  | {kind: 'back'; what: Backend; afterMs: number}

export interface Patience {
  /** Ends the waiting. */
  signal: AbortSignal
  onNotice?: (notice: AwayNotice) => void
  /** Milliseconds of a clock that never goes back. */
  now?: () => number
  /** Numbers in [0, 1): processes that lost the same server do not come back to it at the same moment. */
  random?: () => number
}

/** The wait was ended by the signal: what was waited for never came. The cause is what was waited out. */
export class Interrupted extends Error {
  override readonly name = 'AbortError'
}

/** Whether an error may pass with nothing changed but time, or space on the disk. */
export function passes(error: unknown): error is LogflowError {
  return error instanceof LogflowError && (error.retriable || error.code === 'DISK_FULL')
}

/** The next wait: between half of `longest` and all of it. */
export function jittered(longest: number, random: () => number): number {
  return Math.round(longest * (0.5 + random() / 2))
}

/** Whose failure it is: a processor meets those of both. */
export function backendOf(error: LogflowError, fallback: Backend): Backend {
  if (error.code === 'BUS_UNREACHABLE') return 'bus'
  return error.code === 'STORE_UNREACHABLE' ? 'store' : fallback
}

/** One stretch in which a backend takes nothing: counts the waits and keeps the notices few. */
export class Outage {
  private longest = FIRST_WAIT_MS
  private began: number | undefined
  private saidAt: number | undefined
  private what: Backend
  private readonly now: () => number
  private readonly random: () => number

  constructor(
    what: Backend,
    private readonly patience: Patience,
  ) {
    this.what = what
    this.now = patience.now ?? (() => performance.now())
    this.random = patience.random ?? Math.random
  }

  /** Takes note of a failure, and says so where that is due. Returns how long to wait before the next try, in ms. */
  failed(error: LogflowError): number {
    const afterMs = jittered(this.longest, this.random)
    this.longest = Math.min(this.longest * 2, LONGEST_WAIT_MS)
    // a bus that was slow and now refuses is news
    const first = this.began === undefined || this.longest === 2 * FIRST_WAIT_MS
    this.began ??= this.now()
    this.what = backendOf(error, this.what)
    if (first || this.isDue()) this.say({kind: `${this.what}-away`, reason: error.message, afterMs})
    return afterMs
  }

  /** Nothing has come from the bus for so long. */
  stalled(kind: 'slow' | 'silent', forMs: number): void {
    if (this.began === undefined) this.what = 'bus'
    this.began ??= this.now() - forMs
    if (this.isDue()) this.say({kind, forMs})
  }

  /** It works again. */
  over(): void {
    if (this.began === undefined) return
    this.patience.onNotice?.({kind: 'back', what: this.what, afterMs: this.now() - this.began})
    this.began = undefined
    this.saidAt = undefined
    this.longest = FIRST_WAIT_MS
  }

  private isDue(): boolean {
    return this.saidAt === undefined || this.now() - this.saidAt >= SAY_AGAIN_MS
  }

  private say(notice: AwayNotice): void {
    this.saidAt = this.now()
    this.patience.onNotice?.(notice)
  }
}

/** Waits; false where the signal came first. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, {signal})
    return true
  } catch {
    return false
  }
}

/**
 * Does `work` until it succeeds. What cannot pass is thrown at once, and without patience everything is.
 * Throws Interrupted where the signal ends the waiting.
 */
export async function keepTrying<T>(
  what: Backend,
  work: () => Promise<T>,
  patience: Patience | undefined,
  outage: Outage | undefined = patience && new Outage(what, patience),
): Promise<T> {
  for (;;) {
    try {
      const result = await work()
      outage?.over()
      return result
    } catch (error) {
      if (!patience || !outage || !passes(error)) throw error
      if (patience.signal.aborted || !(await pause(outage.failed(error), patience.signal)))
        throw new Interrupted(`the ${what} did not come back`, {cause: error})
    }
  }
}
