// Waiting for what others write: SQLite's change counter is looked at, and not the rows, to learn that something came.

import {setTimeout as sleep} from 'node:timers/promises'
import type {Statement} from 'libsql'
import {rowOf} from './topics.js'

/** Looks begin so often, in milliseconds, and grow rarer up to the second figure. */
const FIRST_LOOK = 2
const RAREST_LOOK = 50

export class News {
  /** Milliseconds to the next look. */
  #look = FIRST_LOOK

  constructor(
    private readonly dataVersion: Statement,
    private readonly signal: AbortSignal,
  ) {}

  /** The change counter: read it before the rows. Takes no lock, so it is never refused. */
  get version(): number {
    return rowOf<{data_version: number}>(this.dataVersion)?.data_version ?? 0
  }

  /** Something came: the next looks are soon again. */
  came(): void {
    this.#look = FIRST_LOOK
  }

  /** Resolves when another connection has changed the file since `version`, after `ms`, or when the signal aborts. */
  async wait(version: number, ms: number): Promise<void> {
    for (let waited = 0; waited < ms && !this.signal.aborted; waited += this.#look) {
      await pause(this.#look, this.signal)
      if (this.signal.aborted || this.version !== version) return
      this.#look = Math.min(this.#look * 2, RAREST_LOOK)
    }
  }
}

/** Resolves after `ms`, or when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await sleep(ms, undefined, {signal}).catch(() => undefined)
}
