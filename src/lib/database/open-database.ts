import {type LogEvent, sql} from 'kysely'
import type {Database, DatabaseFault, OnQuery, Queries} from './database.js'
import {MIGRATION_TABLES, migrationState, runMigrations} from './migrate.js'
import {TABLES} from './tables.js'

/** What an engine gives; the rest of a Database is the same on all. */
export interface Engine extends Pick<Database, 'kind' | 'location' | 'queries' | 'transaction' | 'snapshot' | 'close'> {
  /** See Database; absent where a server looks after its own files. */
  inspect?(): Promise<DatabaseFault[]>
  /** Tables that are there, in any order. */
  tables(): Promise<string[]>
  /** Where tables are made, on an engine that has several such places. */
  schema?(): Promise<string>
  version(): Promise<string>
  connections(): number
}

export function databaseOf(engine: Engine): Database {
  const {kind, queries, location} = engine
  const state = async () => {
    const tables = await engine.tables()
    return {tables, ...(await migrationState(queries, tables, location))}
  }
  return {
    kind,
    location,
    queries,
    transaction: engine.transaction,
    snapshot: engine.snapshot,
    async drop() {
      const tables = await engine.tables()
      await engine.transaction(async (transaction) => {
        // Those that point at others stand behind them in the list.
        const own = [...TABLES.map(({name}) => name), ...MIGRATION_TABLES].filter((name) => tables.includes(name))
        for (const name of own.reverse()) await transaction.schema.dropTable(name).execute()
      })
    },
    async migrate() {
      const {applied, pending} = await state()
      if (pending.length === 0) return {applied: [], already: applied}
      return runMigrations(queries, {kind, location, schema: await engine.schema?.()})
    },
    async status() {
      const [version, {tables, applied, pending}] = await Promise.all([engine.version(), state()])
      const migration = applied.at(-1)
      const own = applied.length === 0 ? [] : tables.filter((table) => !MIGRATION_TABLES.includes(table)).sort()
      return {
        kind,
        version,
        location,
        ...(migration === undefined ? {} : {migration}),
        pending,
        rows: await countRows(queries, own),
        connections: engine.connections(),
      }
    },
    inspect: async () => (await engine.inspect?.()) ?? [],
    close: engine.close,
  }
}

async function countRows(queries: Queries, tables: readonly string[]): Promise<Record<string, number>> {
  const rows: Record<string, number> = {}
  for (const table of tables) {
    const answer = await sql<{n: number}>`select count(*) as n from ${sql.table(table)}`.execute(queries)
    rows[table] = Number(answer.rows[0]?.n)
  }
  return rows
}

/** Kysely's log hook that tells of each statement; `undefined` where nobody listens, so that nothing is measured. */
export function reportTo(onQuery: OnQuery | undefined): ((event: LogEvent) => void) | undefined {
  if (onQuery === undefined) return undefined
  return ({query, queryDurationMillis}) => onQuery(operationOf(query.query.kind), queryDurationMillis / 1_000)
}

const OPERATIONS = ['select', 'insert', 'update', 'delete']

/** `SelectQueryNode` → `select`. */
function operationOf(node: string): string {
  const name = node.replace(/QueryNode$/, '').toLowerCase()
  return OPERATIONS.includes(name) ? name : 'other'
}

/** A queue of one: each waits for the one before, whatever became of it. */
export function turnstile(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}
