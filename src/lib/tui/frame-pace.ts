const FRAMES_A_SECOND = 30
const LEAST_MS = Math.ceil(1_000 / FRAMES_A_SECOND)

/** What a pace goes by: a clock that never goes back, in ms, and timers. */
export interface Timing {
  now(): number
  later(work: () => void, ms: number): () => void
}

/**
 * When a frame is drawn: at once when something changes, but no more than 30 times a second. However much changes
 * between two frames, the newer one shows all of it.
 */
export class FramePace {
  #cancel: (() => void) | undefined
  #drawn = Number.NEGATIVE_INFINITY

  constructor(
    private readonly draw: () => void,
    private readonly timing: Timing,
  ) {}

  changed(): void {
    if (this.#cancel) return
    const since = this.timing.now() - this.#drawn
    this.#cancel = this.timing.later(() => this.#frame(), Math.max(0, LEAST_MS - since))
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #frame(): void {
    this.#cancel = undefined
    this.#drawn = this.timing.now()
    this.draw()
  }
}
