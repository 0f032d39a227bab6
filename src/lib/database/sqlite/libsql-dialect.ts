import {setImmediate} from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type RootOperationNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type {Database as Connection} from 'libsql'
import type {LogflowError} from '../../errors/logflow-error.js'
import {checkText} from '../check-text.js'
import {patiently} from './patience.js'

/**
 * After so many statements others get their turn: these are answered at once, so that whoever awaits one after another
 * would never let a timer or a socket come in between, nor libsql free what it keeps of each.
 */
const TURN = 32

/** What transactions are for: those that read hold up nobody, and refuse to write. */
export type Purpose = 'read' | 'write'

/** Kysely over one connection of libsql: whoever comes waits for those before, and for other processes, `lockWait` ms. */
export function libsqlDialect(connection: Connection, path: string, lockWait: number, purpose: Purpose): Dialect {
  return {
    createDriver: () => new LibsqlDriver(connection, path, lockWait, purpose),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

/** Migrations run in one transaction, which BEGIN IMMEDIATE makes the lock between processes, too. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class LibsqlDriver implements Driver {
  private readonly shared: SharedConnection
  private busy = false
  private readonly waiting: Array<() => void> = []

  constructor(
    private readonly connection: Connection,
    path: string,
    lockWait: number,
    private readonly purpose: Purpose,
  ) {
    this.shared = new SharedConnection(connection, path, lockWait)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SharedConnection> {
    if (this.busy) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.busy = true
    return this.shared
  }

  async releaseConnection(): Promise<void> {
    const next = this.waiting.shift()
    if (next) next()
    else this.busy = false
  }

  async beginTransaction(): Promise<void> {
    if (this.purpose === 'write') return this.shared.control('begin immediate')
    await this.shared.control('pragma query_only = on')
    await this.shared.control('begin')
  }

  commitTransaction(): Promise<void> {
    return this.shared.control('commit')
  }

  rollbackTransaction(): Promise<void> {
    return this.shared.rollback()
  }

  async destroy(): Promise<void> {
    this.connection.close()
  }
}

class SharedConnection implements DatabaseConnection {
  /** What went wrong in the transaction under way: as in PostgreSQL, nothing more can be done in it. */
  private failed: LogflowError | undefined
  private statements = 0

  constructor(
    private readonly connection: Connection,
    private readonly path: string,
    private readonly lockWait: number,
  ) {}

  async executeQuery<R>({sql, parameters, query}: CompiledQuery): Promise<QueryResult<R>> {
    if (this.failed) throw this.failed
    checkText(parameters)
    if (++this.statements % TURN === 0) await setImmediate()
    if (this.connection.inTransaction || isRead(query, sql)) return this.run(sql, parameters)
    // A statement that found the lock taken stays half-run, and what is written later would wait for its end to be
    // committed; BEGIN leaves nothing behind.
    await this.control('begin immediate')
    try {
      const result = await this.run<R>(sql, parameters)
      await this.control('commit')
      return result
    } catch (error) {
      await this.rollback()
      throw error
    }
  }

  private async run<R>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<R>> {
    const statement = await this.patiently(() => this.connection.prepare(sql))
    return this.patiently(() => {
      // `all` reads to the end: an iterator that is left before holds its transaction open.
      if (statement.reader) return {rows: statement.all([...parameters]) as R[]}
      const {changes} = statement.run([...parameters])
      return {rows: [], numAffectedRows: BigInt(changes)}
    })
  }

  // biome-ignore lint/correctness/useYield: there is nothing that streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('nothing streams from this database: page by key')
  }

  async control(sql: string): Promise<void> {
    if (this.failed && sql === 'commit') throw this.failed
    this.failed = undefined
    await this.patiently(() => this.connection.exec(sql))
  }

  /** A full disk may have done so already. */
  async rollback(): Promise<void> {
    this.failed = undefined
    if (this.connection.inTransaction) await this.control('rollback')
  }

  private async patiently<T>(attempt: () => T): Promise<T> {
    const inTransaction = this.connection.inTransaction
    try {
      return await patiently(this.lockWait, this.path, attempt)
    } catch (error) {
      if (inTransaction) this.failed = error as LogflowError
      throw error
    }
  }
}

/** Whether a statement writes nothing; of what is written out as SQL only what surely does not. */
function isRead(query: RootOperationNode, sql: string): boolean {
  return query.kind === 'SelectQueryNode' || (query.kind === 'RawNode' && /^\s*(select|pragma)\b/i.test(sql))
}
