import {type Kysely, Migrator} from 'kysely'
import {LogflowError} from '../errors/logflow-error.js'
import type {Database, MigrationResult, Queries} from './database.js'
import {COLUMN_TYPES, MIGRATIONS} from './migrations/index.js'

/** Where it is written down which migrations were run. */
export const MIGRATION_TABLE = 'logflow_migrations'
const LOCK_TABLE = 'logflow_migrations_lock'

/** Tables of Kysely's own, which no backup holds. */
export const MIGRATION_TABLES: readonly string[] = [MIGRATION_TABLE, LOCK_TABLE]

export interface MigrationState {
  /** In order. */
  applied: string[]
  pending: string[]
}

/** @param tables names of those that are there. Rejects where a newer logflow has been at work */
export async function migrationState(
  queries: Queries,
  tables: readonly string[],
  location: string,
): Promise<MigrationState> {
  const applied = tables.includes(MIGRATION_TABLE) ? await namesIn(queries) : []
  const unknown = applied.find((name) => !(name in MIGRATIONS))
  if (unknown !== undefined) throw newer(location, unknown)
  return {applied, pending: Object.keys(MIGRATIONS).filter((name) => !applied.includes(name))}
}

/** Runs what is pending; the engine's lock lets one process at a time do so, and the others find it done. */
export async function runMigrations(
  queries: Queries,
  {kind, location, schema}: {kind: Database['kind']; location: string; schema?: string | undefined},
): Promise<MigrationResult> {
  const migrator = new Migrator({
    db: queries,
    // Without it, tables of that name in any schema would do.
    ...(schema === undefined ? {} : {migrationTableSchema: schema}),
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: LOCK_TABLE,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(
          Object.entries(MIGRATIONS).map(([name, step]) => [
            name,
            {up: (db: Kysely<unknown>) => step(db, COLUMN_TYPES[kind])},
          ]),
        ),
    },
  })
  const {error, results = []} = await migrator.migrateToLatest()
  if (error !== undefined) {
    const unknown = (await namesIn(queries).catch(() => [])).find((name) => !(name in MIGRATIONS))
    throw unknown === undefined ? error : newer(location, unknown)
  }
  const applied = results.map(({migrationName}) => migrationName)
  return {applied, already: Object.keys(MIGRATIONS).filter((name) => !applied.includes(name))}
}

async function namesIn(queries: Queries): Promise<string[]> {
  const rows = await (queries as unknown as Kysely<Record<string, {name: string}>>)
    .selectFrom(MIGRATION_TABLE)
    .select('name')
    .orderBy('name')
    .execute()
  return rows.map(({name}) => name)
}

function newer(location: string, migration: string): LogflowError {
  return new LogflowError('BACKEND_REFUSED', `${location} was written by a newer logflow (migration ${migration})`, {
    suggestions: ['Install the newer logflow', 'Choose another database with LOGFLOW_DATABASE_URL'],
  })
}
