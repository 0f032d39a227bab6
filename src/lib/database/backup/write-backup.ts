import {createHash} from 'node:crypto'
import {sql} from 'kysely'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Database, Queries} from '../database.js'
import {TABLES, type Table} from '../tables.js'
import {BACKUP_FORMAT, type BackupRow, toLine} from './format.js'

/** Rows read and written at a time. */
const PAGE = 500

export interface BackupSummary {
  migration: string
  rows: Record<string, number>
  bytes: number
  sha256: string
}

/**
 * Writes everything as it is at one moment; others go on writing meanwhile.
 *
 * @param write takes text in order, and may have it wait
 */
export async function writeBackup(
  database: Database,
  now: Date,
  write: (text: string) => Promise<void>,
): Promise<BackupSummary> {
  const {migration, pending} = await database.status()
  if (migration === undefined || pending.length > 0) {
    throw new LogflowError('BACKEND_REFUSED', 'the tables are not of this version', {
      suggestions: ['logflow db migrate'],
    })
  }
  const hash = createHash('sha256')
  let bytes = 0
  const add = async (text: string): Promise<void> => {
    hash.update(text)
    bytes += Buffer.byteLength(text)
    await write(text)
  }
  await add(toLine({logflow_backup: BACKUP_FORMAT, made_at: now.toISOString(), from: database.kind, migration}))
  const rows: Record<string, number> = {}
  await database.snapshot(async (queries) => {
    for (const table of TABLES) {
      rows[table.name] = 0
      for await (const page of pagesOf(queries, table)) {
        rows[table.name] = (rows[table.name] ?? 0) + page.length
        await add(page.map((row) => toLine({table: table.name, row})).join(''))
      }
    }
  })
  const sha256 = hash.digest('hex')
  const end = toLine({end: true, rows, sha256})
  await write(end)
  return {migration, rows, bytes: bytes + Buffer.byteLength(end), sha256}
}

async function* pagesOf(queries: Queries, {name, key}: Table): AsyncGenerator<Array<BackupRow['row']>> {
  let after: unknown
  for (;;) {
    const behind = after === undefined ? sql`` : sql`where ${sql.ref(key)} > ${after}`
    const {rows} = await sql<BackupRow['row']>`
      select * from ${sql.table(name)} ${behind} order by ${sql.ref(key)} limit ${sql.lit(PAGE)}`.execute(queries)
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    after = rows.at(-1)?.[key]
  }
}
