// The database as one file, shared by any number of processes. Two connections: what is asked outside a transaction
// neither waits for the one under way nor sees what it has not committed.

import {closeSync, existsSync, mkdirSync, openSync} from 'node:fs'
import {dirname} from 'node:path'
import {Kysely} from 'kysely'
import type {Database as Connection} from 'libsql'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Database, OnQuery, Schema} from '../database.js'
import {databaseOf, reportTo, turnstile} from '../open-database.js'
import {inspectSqlite} from './inspect.js'
import {libsqlDialect} from './libsql-dialect.js'
import {patiently} from './patience.js'

export interface SqliteOptions {
  /** Absolute. */
  path: string
  /** False: a file that is not there is not made, and told with NOT_FOUND. */
  create?: boolean
  onQuery?: OnQuery
  onConnections?: (open: number) => void
  /** Milliseconds to wait while another process writes. */
  lockWait?: number
}

const LOCK_WAIT_MS = 10_000

export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const {path, create = true, lockWait = LOCK_WAIT_MS} = options
  if (!create && !existsSync(path)) {
    throw new LogflowError('NOT_FOUND', `there is no database yet at ${path}`, {
      suggestions: ['logflow db init  to make it'],
    })
  }
  const {default: Libsql} = await import('libsql')
  const log = reportTo(options.onQuery)
  const logging = log ? {log} : {}
  const connectOnce = () => patiently(lockWait, path, () => connectTo(path, (file) => new Libsql(file)))
  const connect = async () =>
    new Kysely<Schema>({dialect: libsqlDialect(await connectOnce(), path, lockWait, 'write'), ...logging})
  const queries = await connect()
  options.onConnections?.(1)
  let writer: Kysely<Schema> | undefined
  const inTurn = turnstile()
  return databaseOf({
    kind: 'sqlite',
    queries,
    location: path,
    transaction: (work) =>
      inTurn(async () => {
        if (writer === undefined) {
          writer = await connect()
          options.onConnections?.(2)
        }
        return writer.transaction().execute(work)
      }),
    async snapshot(read) {
      // A connection of its own, since one that is in a transaction is in it for everyone.
      const connection = await connectOnce()
      const reader = new Kysely<Schema>({dialect: libsqlDialect(connection, path, lockWait, 'read'), ...logging})
      try {
        return await reader.transaction().execute(read)
      } finally {
        await reader.destroy()
      }
    },
    async tables() {
      const rows = await (queries as unknown as Kysely<{sqlite_master: {name: string; type: string}}>)
        .selectFrom('sqlite_master')
        .select('name')
        .where('type', '=', 'table')
        .execute()
      return rows.map(({name}) => name).filter((name) => !name.startsWith('sqlite_'))
    },
    async version() {
      const [row] = await (queries as unknown as Kysely<{one: object}>)
        .selectNoFrom((eb) => eb.fn<string>('sqlite_version').as('version'))
        .execute()
      return `SQLite ${row?.version}`
    },
    inspect: () => inspectSqlite(queries, path),
    connections: () => (writer ? 2 : 1),
    async close() {
      await Promise.all([queries.destroy(), writer?.destroy()])
      options.onConnections?.(0)
    },
  })
}

function connectTo(path: string, open: (path: string) => Connection): Connection {
  let connection: Connection | undefined
  try {
    makePrivate(path)
    connection = open(path)
    connection.prepare('pragma journal_mode = wal').get([])
    connection.exec('pragma synchronous = full; pragma fullfsync = 1; pragma foreign_keys = on')
    return connection
  } catch (error) {
    connection?.close()
    throw error
  }
}

/** Names and hashes of passwords are nobody else's business; SQLite itself would follow the umask. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), {recursive: true, mode: 0o700})
  // Never opened by `fs` once SQLite has it: POSIX would drop the locks that this process holds.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
}
