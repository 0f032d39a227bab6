import {type Kysely, sql} from 'kysely'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Database, Queries} from '../database.js'
import {MIGRATIONS} from '../migrations/index.js'
import {TABLES} from '../tables.js'
import {type BackupRow, noBackup} from './format.js'
import {type ReadBackup, readBackup} from './read-backup.js'

/** Rows in one statement: far below the 32,766 parameters that SQLite takes. */
const BATCH = 200

export interface RestoreOptions {
  /** Takes away what is there first; else a database that holds something is refused. */
  replace: boolean
}

export interface RestoreSummary extends ReadBackup {
  /** Rows that were there and are gone. */
  replaced: number
}

/**
 * Fills the database from a backup, whichever engine it came from: all of it or nothing. The backup is read twice: once
 * to check it, before anything is touched, and once to take its rows.
 *
 * @param read begins to read it anew. Rejects with CORRUPT, BACKEND_REFUSED (of a newer logflow) or ALREADY_THERE
 */
export async function restoreBackup(
  database: Database,
  read: () => AsyncIterable<Buffer>,
  {replace}: RestoreOptions,
): Promise<RestoreSummary> {
  await database.migrate()
  const columns = await columnsOf(database)
  const checked = await readBackup(read(), (row) => checkRow(row, columns))
  checkMigration(checked.head.migration)
  return database.transaction(async (queries) => {
    const replaced = await rowsIn(queries)
    if (replaced > 0 && !replace) throw notEmpty(replaced)
    for (const {name} of [...TABLES].reverse()) await queries.deleteFrom(name).execute()
    const filler = fill(queries)
    const again = await readBackup(read(), filler.add)
    await filler.end()
    if (again.end.sha256 !== checked.end.sha256) throw noBackup('it was changed while it was read')
    return {...again, replaced}
  })
}

/** Rows in all tables together. */
export async function rowsIn(queries: Queries): Promise<number> {
  let sum = 0
  for (const {name} of TABLES) {
    const {rows} = await sql<{n: number}>`select count(*) as n from ${sql.table(name)}`.execute(queries)
    sum += Number(rows[0]?.n)
  }
  return sum
}

function notEmpty(rows: number): LogflowError {
  const count = `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`
  return new LogflowError('ALREADY_THERE', `the database is not empty: it holds ${count}`, {
    suggestions: [
      'logflow db backup FILE  to back it up first',
      'logflow db restore FILE --replace  to put the backup in its place',
    ],
  })
}

/** Older ones are fine: later migrations only add columns that may be empty, or else turn rows of old backups too. */
function checkMigration(name: string): void {
  if (name in MIGRATIONS) return
  throw new LogflowError('BACKEND_REFUSED', `the backup was made by a newer logflow (migration ${name})`, {
    suggestions: ['Install the newer logflow'],
  })
}

function fill(queries: Queries) {
  const tables = queries as unknown as Kysely<Record<string, BackupRow['row']>>
  let table = ''
  let batch: Array<BackupRow['row']> = []
  const flush = async () => {
    const values = batch
    batch = []
    if (values.length > 0) await tables.insertInto(table).values(values).execute().catch(misfit)
  }
  return {
    async add(row: BackupRow) {
      if (row.table !== table || batch.length === BATCH) await flush()
      table = row.table
      batch.push(row.row)
    },
    end: flush,
  }
}

/** Its sum is right, so that somebody made it who knows no better. */
function misfit(error: unknown): never {
  const refused = error instanceof LogflowError && ['INTERNAL', 'BACKEND_REFUSED', 'ALREADY_THERE'].includes(error.code)
  throw refused ? noBackup(`its rows do not fit the tables (${error.message})`) : error
}

type Columns = ReadonlyMap<string, ReadonlySet<string>>

async function columnsOf({queries}: Database): Promise<Columns> {
  const known = new Set<string>(TABLES.map(({name}) => name))
  const found = (await queries.introspection.getTables()).filter(({name}) => known.has(name))
  return new Map(found.map(({name, columns}) => [name, new Set(columns.map((column) => column.name))]))
}

function checkRow({table, row}: BackupRow, columns: Columns): void {
  const known = columns.get(table)
  if (known === undefined) throw noBackup(`there is no table ${JSON.stringify(table)}`)
  const unknown = Object.keys(row).find((column) => !known.has(column))
  if (unknown !== undefined) throw noBackup(`the table ${table} has no column ${JSON.stringify(unknown)}`)
}
