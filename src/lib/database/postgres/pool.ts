// Connections to PostgreSQL, as Kysely takes them. One that is lost is thrown away, whoever held it, and ends nothing
// but the statement that was under way.

import {setTimeout as sleep} from 'node:timers/promises'
import type {PostgresPool, PostgresPoolClient} from 'kysely'
import type {Pool, PoolClient, PoolConfig, QueryConfig} from 'pg'
import type {LogflowError} from '../../errors/logflow-error.js'
import {checkText} from '../check-text.js'
import {explainPostgres, isConflict, isConnectionLost} from './errors.js'

export interface PoolOptions {
  url: string
  /** Taken where the URL holds none. */
  password?: string
  /** At most so many connections. */
  size: number
  onConnections?: (open: number) => void
}

const CONNECT_MS = 5_000
/** Nothing here reads or writes more than a page of small rows; a server that is silent for so long is not there. */
const STATEMENT_MS = 30_000
const IDLE_MS = 30_000
/** How often what failed before it did anything is tried again. */
export const ATTEMPTS = 12
const PAUSE_MS = 5

/** Before the next attempt: for a while that grows, and is another for each of those who got in each other's way. */
export function pause(attempt: number): Promise<void> {
  return sleep(Math.random() * PAUSE_MS * attempt)
}

const INT8 = 20
const NUMERIC = 1700

export async function openPool(options: PoolOptions): Promise<Pool> {
  const {default: pg} = await import('pg')
  const pool = new pg.Pool(poolConfig(options, pg.types.getTypeParser))
  const {onConnections} = options
  // An idle connection that breaks is taken out by the pool; the event has to have a listener.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    onConnections?.(pool.totalCount)
  })
  pool.on('remove', () => onConnections?.(pool.totalCount))
  return pool
}

type ParserOf = (oid: number, format?: 'text' | 'binary') => (value: string) => unknown

function poolConfig({url, password, size}: PoolOptions, parserOf: unknown): PoolConfig {
  return {
    connectionString: addressOf(url, password),
    max: size,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    // After the server has had its chance to say so itself.
    query_timeout: STATEMENT_MS + 5_000,
    statement_timeout: STATEMENT_MS,
    keepAlive: true,
    application_name: 'logflow',
    // Also for statements of their own, so that none of them changes what a transaction has read.
    onConnect: (client) => client.query('set session characteristics as transaction isolation level serializable'),
    // Counts and sums come as text, since they might not fit; ours do.
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? Number : (parserOf as ParserOf)(oid, format)) as never,
    },
  }
}

/**
 * What the client connects to. The password is a parameter, since a URL without a host (a socket) can hold none before
 * it; `sslmode` means what PostgreSQL's own programs mean by it.
 */
function addressOf(url: string, password: string | undefined): string {
  const more = [
    ...(password === undefined || /^[a-z]+:\/\/[^/@]*:[^/@]+@/i.test(url)
      ? []
      : [`password=${encodeURIComponent(password)}`]),
    ...(/[?&]sslmode=/.test(url) && !url.includes('uselibpqcompat') ? ['uselibpqcompat=true'] : []),
  ]
  return more.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${more.join('&')}`
}

/** A URL without user, password and parameters. */
export function locationOf(url: string): string {
  const [, host = '', name = ''] = /^[a-z]+:\/\/(?:[^/]*@)?([^/?]*)\/?([^?]*)/i.exec(url) ?? []
  return `postgres://${host}/${name}`
}

/** The pool as Kysely takes it: with errors told as ours, and statements outside transactions tried again. */
export function kyselyPool(pool: Pool, location: string): PostgresPool {
  return {
    connect: async () => clientOf(await connectTo(pool, location), pool, location),
    end: () => pool.end(),
  }
}

async function connectTo(pool: Pool, location: string): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw explainPostgres(error, location)
  }
}

/** A statement that changes nothing, so that it may be asked twice. */
const READS = /^select\b/i
const BEGINS = /^(begin|start transaction)/i
const ENDS = /^(commit|rollback)$/i

/** Always one statement: the simple protocol, which pg would choose where there are no parameters, takes several. */
function asOne(text: string, values: readonly unknown[]): QueryConfig {
  const config: QueryConfig & {queryMode: 'extended'} = {text, values: [...values], queryMode: 'extended'}
  return config
}

function clientOf(first: PoolClient, pool: Pool, location: string): PostgresPoolClient {
  /** Absent where it was given back and no other could be had. */
  let client: PoolClient | undefined = first
  let lost = false
  let inTransaction = false
  let failed: LogflowError | undefined

  /** True where the statement may be sent once more; on another connection where this one is lost. */
  const mendable = async (sql: string, error: unknown): Promise<boolean> => {
    // A lock that was not given back goes with its session.
    lost ||= isConnectionLost(error) || sql.includes('pg_advisory_unlock')
    if (inTransaction) return false
    if (!lost) return isConflict(error)
    if (!READS.test(sql)) return false
    client?.release(true)
    client = undefined
    client = await connectTo(pool, location)
    lost = false
    return true
  }

  const query = async (sql: string, parameters: readonly unknown[]) => {
    // PostgreSQL would take a COMMIT after a failure for a ROLLBACK, and say so in passing.
    if (failed !== undefined && !/^rollback$/i.test(sql)) throw failed
    checkText(parameters)
    for (let attempt = 1; ; attempt++) {
      try {
        client ??= await connectTo(pool, location)
        const result = await client.query(asOne(sql, parameters))
        if (BEGINS.test(sql)) inTransaction = true
        if (ENDS.test(sql)) {
          inTransaction = false
          failed = undefined
        }
        return result
      } catch (error) {
        if (attempt < ATTEMPTS && (await mendable(sql, error))) {
          await pause(attempt)
          continue
        }
        const explained = explainPostgres(error, location)
        if (inTransaction) failed = explained
        throw explained
      }
    }
  }
  return {
    query: query as unknown as PostgresPoolClient['query'],
    // Inside a transaction still: whatever ended it went wrong, and nobody else may come to sit in it.
    release: () => client?.release(lost || inTransaction),
  }
}
