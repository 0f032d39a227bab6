import {performance} from 'node:perf_hooks'
import {setTimeout as sleep} from 'node:timers/promises'
import {isBusy} from './sqlite-errors.js'

const RETRY_MS = 3

/** Tries again while another process holds the lock, for `wait` milliseconds; then, or where it fails otherwise, throws. */
export async function patiently<T>(wait: number, attempt: () => T): Promise<T> {
  const deadline = performance.now() + wait
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
    }
    await sleep(RETRY_MS)
  }
}
