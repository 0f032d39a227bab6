import {jittered, pause} from './patience.js'

/** The wait before work is begun again grows from the first figure to the second. */
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** What has run for so long since it failed is well again. */
const WELL_AFTER_MS = 5_000

export interface Supervised {
  /** False from a failure on until the work has run for a while again. */
  isWell(): boolean
  /** Resolves when the signal has ended the work. Never rejects. */
  readonly ended: Promise<void>
}

export interface SuperviseOptions {
  signal: AbortSignal
  /** Told of each failure, and of how long it takes to the next try. */
  onFailed: (error: unknown, afterMs: number) => void
  /** For tests; ms. */
  firstWaitMs?: number
}

/** Keeps work running beside other work until the signal: what fails is told and begun again, and never ends the others. */
export function supervise(
  work: () => Promise<unknown>,
  {signal, onFailed, firstWaitMs = FIRST_WAIT_MS}: SuperviseOptions,
): Supervised {
  let failed = false
  let waiting = false
  let since = performance.now()
  const run = async (): Promise<void> => {
    for (let longest = firstWaitMs; !signal.aborted; longest = Math.min(longest * 2, LONGEST_WAIT_MS)) {
      since = performance.now()
      try {
        await work()
        if (signal.aborted) return
        throw new Error('it ended although nobody asked it to')
      } catch (error) {
        if (signal.aborted) return
        if (performance.now() - since > LONGEST_WAIT_MS) longest = firstWaitMs
        const afterMs = jittered(longest, Math.random)
        failed = true
        waiting = true
        onFailed(error, afterMs)
        await pause(afterMs, signal)
        waiting = false
      }
    }
  }
  return {
    isWell: () => !failed || (!waiting && performance.now() - since > WELL_AFTER_MS),
    ended: run(),
  }
}
