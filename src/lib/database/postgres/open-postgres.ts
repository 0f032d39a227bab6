// The database on a PostgreSQL server that several machines share. Transactions follow one another over all of them,
// by an advisory lock, and are serializable against statements outside of transactions.

import {Kysely, PostgresDialect, sql} from 'kysely'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Database, OnQuery, Queries, Schema} from '../database.js'
import {databaseOf, reportTo, turnstile} from '../open-database.js'
import {createDatabase} from './create-database.js'
import {explainPostgres, isConflict, isConnectionLost, isNoSuchDatabase} from './errors.js'
import {ATTEMPTS, kyselyPool, locationOf, openPool, pause} from './pool.js'

export interface PostgresOptions {
  /** May hold the password. */
  url: string
  password?: string
  /** True: a database that is not on the server is made. */
  create?: boolean
  onQuery?: OnQuery
  onConnections?: (open: number) => void
  /** Connections at most. */
  size?: number
}

const SIZE = 10
const RECONNECT_MS = 2_000
/** `logflow` in ASCII: the lock that one transaction at a time holds. */
const TRANSACTION_LOCK = sql.lit('30521821366480759')

/** Rejects where the server does not answer. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const {url, password, onQuery, onConnections, size = SIZE} = options
  const location = locationOf(url)
  const access = password === undefined ? {url} : {url, password}
  const pool = await openPool({...access, size, ...(onConnections ? {onConnections} : {})})
  try {
    const greet = () => pool.query('select 1')
    await greet().catch(async (error) => {
      if (!options.create || !isNoSuchDatabase(error)) throw error
      await createDatabase(access)
      await greet()
    })
  } catch (error) {
    await pool.end()
    throw explainPostgres(error, location)
  }
  const log = reportTo(onQuery)
  const queries = new Kysely<Schema>({
    dialect: new PostgresDialect({pool: kyselyPool(pool, location)}),
    ...(log ? {log} : {}),
  })
  const inTurn = turnstile()
  return databaseOf({
    kind: 'postgres',
    queries,
    location,
    // In turn here, so that those who wait do not each hold a connection.
    transaction: (work) => inTurn(() => transact(queries, work)),
    snapshot: (read) =>
      queries.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read),
    async tables() {
      const {rows} = await sql<{name: string}>`
        select tablename as name from pg_tables where schemaname = current_schema()`.execute(queries)
      return rows.map(({name}) => name)
    },
    async schema() {
      const {rows} = await sql<{name: string | null}>`select current_schema() as name`.execute(queries)
      const name = rows[0]?.name
      if (name) return name
      throw new LogflowError('BACKEND_REFUSED', `no schema of the database at ${location} is there to make tables in`, {
        suggestions: ['Make the schema that search_path names: CREATE SCHEMA …'],
      })
    },
    async version() {
      const {rows} = await sql<{version: string}>`select current_setting('server_version') as version`.execute(queries)
      return `PostgreSQL ${rows[0]?.version}`
    },
    connections: () => pool.totalCount,
    async close() {
      await queries.destroy()
      onConnections?.(0)
    },
  })
}

async function transact<T>(queries: Queries, work: (queries: Queries) => Promise<T>): Promise<T> {
  const began = performance.now()
  for (let attempt = 1; ; attempt++) {
    let started = false
    try {
      return await alone(queries, (transaction) => {
        started = true
        return work(transaction)
      })
    } catch (error) {
      const cause = error instanceof LogflowError ? error.cause : undefined
      // Connections that a restart has cut are found out one by one; a server that is silent is waited for once.
      const cut = !started && isConnectionLost(cause) && performance.now() - began < RECONNECT_MS
      const again = isConflict(cause) || cut
      if (!again || attempt === ATTEMPTS) throw error
      await pause(attempt)
    }
  }
}

/** The lock comes before BEGIN: a snapshot that was taken while waiting for it would be of yesterday. */
function alone<T>(queries: Queries, work: (queries: Queries) => Promise<T>): Promise<T> {
  return queries.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${TRANSACTION_LOCK})`.execute(connection)
    try {
      return await connection.transaction().setIsolationLevel('serializable').execute(work)
    } finally {
      // Where the connection is lost, so is the lock.
      await sql`select pg_advisory_unlock(${TRANSACTION_LOCK})`.execute(connection).catch(() => undefined)
    }
  })
}
