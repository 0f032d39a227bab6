import {performance} from 'node:perf_hooks'
import {setTimeout as sleep} from 'node:timers/promises'
import {explainSqlite, isBusy} from './errors.js'

const RETRY_MS = 5

/**
 * Tries again while another connection holds the lock, for `wait` milliseconds; rejects with a LogflowError. SQLite's
 * own way to wait would hold up the whole process.
 */
export async function patiently<T>(wait: number, path: string, attempt: () => T): Promise<T> {
  const deadline = performance.now() + wait
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw explainSqlite(error, path)
    }
    await sleep(RETRY_MS)
  }
}
