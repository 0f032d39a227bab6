// Who of a consumer group reads: an open exclusive transaction on a file of the group's own, empty otherwise.
// The system lets go of it when its process dies, however it dies; nothing to expire, no clock to trust.

import {createHash} from 'node:crypto'
import {join} from 'node:path'
import type {Database} from 'libsql'
import {makePrivate} from './bus-file.js'
import {explain, isBusy} from './errors.js'

export class GroupLock {
  readonly #path: string
  #db: Database | undefined
  #held = false

  private constructor(
    private readonly dir: string,
    topic: string,
    group: string,
    private readonly open: (path: string) => Database,
  ) {
    const name = createHash('sha256').update(`${topic}\0${group}`).digest('hex').slice(0, 32)
    this.#path = join(dir, `${name}.lock`)
  }

  static async of(dir: string, topic: string, group: string): Promise<GroupLock> {
    const {default: Sqlite} = await import('libsql')
    return new GroupLock(join(dir, 'groups'), topic, group, (path) => new Sqlite(path))
  }

  /** True when this member is the one that reads, now and until `release`. */
  take(): boolean {
    if (this.#held) return true
    try {
      makePrivate(this.dir, this.#path)
      this.#db ??= this.open(this.#path)
      // A journal in memory: on a full disk, too, a group must be able to read.
      this.#db.exec('pragma journal_mode = memory; begin exclusive')
      this.#held = true
    } catch (error) {
      if (!isBusy(error)) throw explain(error, this.#path, 'lock')
    }
    return this.#held
  }

  release(): void {
    if (this.#held) this.#db?.exec('rollback')
    this.#held = false
    this.#db?.close()
    this.#db = undefined
  }
}
