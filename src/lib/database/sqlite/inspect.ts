import {statSync} from 'node:fs'
import {sql} from 'kysely'
import type {DatabaseFault, Queries} from '../database.js'

/** Findings of SQLite's own check that are told; there may be thousands. */
const MOST = 3

/** Damage to the file, rows that point nowhere, and whether others may read it. */
export async function inspectSqlite(queries: Queries, path: string): Promise<DatabaseFault[]> {
  const {rows} = await sql<{integrity_check: string}>`pragma integrity_check(${sql.lit(MOST)})`.execute(queries)
  const damage = rows.map(({integrity_check}) => integrity_check).filter((finding) => finding !== 'ok')
  const faults: DatabaseFault[] = damage.map((finding) => ({
    finding: `${path} is damaged: ${finding.replace(/\s+/g, ' ')}`,
    fix: `stop logflow, move ${path} away with ${path}-wal and ${path}-shm, and restore a backup: logflow db restore FILE`,
  }))
  const lost = await sql<{table: string}>`pragma foreign_key_check`.execute(queries)
  if (lost.rows.length > 0) {
    const tables = [...new Set(lost.rows.map(({table}) => table))].join(', ')
    faults.push({finding: `rows of ${tables} belong to rows that are gone`, fix: 'remove them: logflow db shell'})
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    const finding = `others on this machine may read ${path}: it holds the hashes of passwords`
    faults.push({finding, fix: `chmod 600 ${path}*`, harmless: true})
  }
  return faults
}
