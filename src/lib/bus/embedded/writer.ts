// Everything this process writes to the bus file: what waits at the same moment shares one transaction, so one fsync.
// A piece of work never sees the failure of another: when a shared transaction fails, each is tried by itself.

import {setImmediate as nextTurn} from 'node:timers/promises'
import type {Database, Statement} from 'libsql'
import {LogflowError} from '../../errors/logflow-error.js'
import type {BusFile} from './bus-file.js'
import {explain} from './errors.js'

interface Job {
  /** Runs inside a transaction, perhaps twice. */
  work: () => unknown
  resolve(value: unknown): void
  reject(error: LogflowError): void
}

/** Most jobs in one transaction: others wait for the lock meanwhile. */
const MAX_SHARED = 32

export class Writer {
  readonly db: Database
  readonly #begin: Statement
  readonly #commit: Statement
  #queue: Job[] = []
  #draining: Promise<void> | undefined
  #closed = false

  constructor(
    private readonly file: BusFile,
    db: Database,
  ) {
    this.db = db
    this.#begin = db.prepare('begin immediate')
    this.#commit = db.prepare('commit')
  }

  /** Runs `work` in a transaction, in the order of the calls; resolves with its result once that is on the disk. */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new LogflowError('INTERNAL', 'The bus is closed'))
    const done = new Promise<T>((resolve, reject) => {
      this.#queue.push({work, resolve: resolve as (value: unknown) => void, reject})
    })
    this.#draining ??= this.#drain()
    return done
  }

  /** Waits for all that was asked for, then lets go of the file. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#draining
    this.#emptyLog()
    this.db.close()
  }

  /**
   * Moves the log into the file, which libsql's close leaves undone: else the next process to come reads it all.
   * Where others are at work it is theirs to do, and on a full disk it can wait.
   */
  #emptyLog(): void {
    try {
      this.db.prepare('pragma wal_checkpoint(TRUNCATE)').get([])
    } catch (error) {
      const {code} = explain(error, this.file.path, 'close')
      if (code === 'CORRUPT') throw error
    }
  }

  async #drain(): Promise<void> {
    // Sends made in this turn of the event loop are waited for: they will share the transaction.
    await nextTurn()
    while (this.#queue.length > 0) await this.#together(this.#queue.splice(0, MAX_SHARED))
    this.#draining = undefined
  }

  async #together(jobs: Job[]): Promise<void> {
    try {
      const results = await this.#transaction(jobs)
      jobs.forEach((job, i) => {
        job.resolve(results[i])
      })
    } catch (error) {
      const reason = explain(error, this.file.path, 'write to')
      if (jobs.length === 1 || reason.code === 'LOCK_HELD') for (const job of jobs) job.reject(reason)
      else for (const job of jobs) await this.#together([job])
    }
  }

  async #transaction(jobs: Job[]): Promise<unknown[]> {
    await this.file.patiently('write to', () => this.#begin.run([]))
    try {
      const results = jobs.map((job) => job.work())
      this.#commit.run([])
      return results
    } catch (error) {
      // SQLite has rolled back by itself after some errors, a full disk among them.
      if (this.db.inTransaction) this.db.exec('rollback')
      throw error
    }
  }
}
