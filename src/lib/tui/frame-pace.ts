const FRAMES_A_SECOND = 30
const LEAST_MS = Math.ceil(1_000 / FRAMES_A_SECOND)
/** Of the time, what may go into drawing what nobody asked for: records that arrive. One part in so many. */
const SHARE = 12
/** Where frames are dear, by a large terminal or a slow one, they still come so often. */
const MOST_MS = 500

/** What a pace goes by: a clock that never goes back, in ms, and timers. */
export interface Timing {
  now(): number
  later(work: () => void, ms: number): () => void
}

/**
 * When a frame is drawn: when something changes, but no more than 30 times a second; what was asked for by a key at once,
 * what comes by itself less often where a frame takes long. However much changes between two frames, the newer one shows
 * all of it.
 */
export class FramePace {
  #pending: {at: number; cancel: () => void} | undefined
  #drawn = Number.NEGATIVE_INFINITY
  #cost = 0

  constructor(
    private readonly draw: () => void,
    private readonly timing: Timing,
  ) {}

  /** Something came by itself. */
  changed(): void {
    this.#drawAt(this.#drawn + Math.min(MOST_MS, Math.max(LEAST_MS, this.#cost * SHARE)))
  }

  /** A key was pressed. */
  asked(): void {
    this.#drawAt(this.#drawn + LEAST_MS)
  }

  stop(): void {
    this.#pending?.cancel()
    this.#pending = undefined
  }

  #drawAt(at: number): void {
    if (this.#pending && this.#pending.at <= at) return
    this.#pending?.cancel()
    const cancel = this.timing.later(() => this.#frame(), Math.max(0, at - this.timing.now()))
    this.#pending = {at, cancel}
  }

  #frame(): void {
    this.#pending = undefined
    this.#drawn = this.timing.now()
    this.draw()
    this.#cost = this.timing.now() - this.#drawn
  }
}
