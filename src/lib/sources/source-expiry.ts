// Which rows of the source table are of no more use: their file is gone, and nothing was heard of them for long.

import {readdirSync} from 'node:fs'
import type {Database} from 'libsql'
import {rotationStem} from './source-id.js'

/** Rows looked at in one go: the rest has its turn another day. */
const MOST_AT_ONCE = 1_000

export interface OldRow {
  id: string
  folder: string
  stem: string
  seen: string
}

/** The rows that nothing was heard of since `before` (RFC 3339), the oldest first. */
export function unheardOf(db: Database, before: string): OldRow[] {
  const rows = db.prepare('select id, folder, stem, seen from sources where seen < ? order by seen limit ?')
  return rows.all([before, MOST_AT_ONCE]) as OldRow[]
}

/**
 * Whether a file may still give the source's units: one of its name, or of a name that rotation or compressing could
 * have given it. Where the folder cannot be looked into, it may.
 */
export function mayComeAgain({folder, stem}: OldRow): boolean {
  try {
    return readdirSync(folder).some((name) => rotationStem(name) === stem)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
  }
}

/** Deletes what is gone, unless it was heard of since; the others count as seen now, so that further ones come next. */
export function forgetOrRefresh(db: Database, old: readonly OldRow[], gone: ReadonlySet<OldRow>, now: string): number {
  const still = db.prepare('select id from sources where id = ? and seen = ?')
  const refresh = db.prepare('update sources set seen = ? where id = ?')
  const forget = ['sources where id', 'arrivals where source', 'cuts where source'].map((rows) =>
    db.prepare(`delete from ${rows} = ?`),
  )
  let forgotten = 0
  for (const row of old) {
    if (still.get([row.id, row.seen]) === undefined) continue
    if (gone.has(row)) {
      for (const statement of forget) statement.run([row.id])
      forgotten++
    } else refresh.run([now, row.id])
  }
  return forgotten
}
