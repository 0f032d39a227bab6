// The table of the data directory that knows files again: which source a file is, and when its bytes first came.
// Any number of processes use it at once. What a call promises is on disk when it resolves.

import {closeSync, existsSync, mkdirSync, openSync} from 'node:fs'
import {basename, dirname} from 'node:path'
import type {Database} from 'libsql'
import {LogflowError} from '../errors/logflow-error.js'
import {type ArrivalMark, arrivalsUpTo, endMark, markArrival} from './source-arrivals.js'
import {CUTS_SCHEMA, cutsOf, keepCut, markCut} from './source-cuts.js'
import {forgetOrRefresh, mayComeAgain, unheardOf} from './source-expiry.js'
import {deriveSourceId, fingerprint, firstLine, rotationStem} from './source-id.js'
import {holdsSame, replacesOriginal, type SourceFacts, type SourceRow, sameInode, tailHash} from './source-rows.js'
import {explainSqliteError} from './sqlite-errors.js'
import {patiently} from './sqlite-patience.js'

export interface KnownSource {
  id: string
  /** Ascending; the last one covers the size that was asked about. */
  arrivals: ArrivalMark[]
  /** Offsets, ascending, that no unit may reach across: there one was handed out for want of more. */
  cuts: readonly number[]
  /** The one of them behind which nothing that continues has been seen yet. */
  tentative?: number
}

export interface SourceTable {
  /**
   * Which source the file is, known or new. Bytes up to `facts.size` that have no arrival yet get `now`.
   * @param fixedId from --source-id: no matching; rejects with USAGE where it already stands for another content
   */
  identify(facts: SourceFacts, now: string, fixedId?: string): Promise<KnownSource>
  /** Of a source still being written to: bytes from `offset` on came at `now`, those before it at `observed`. */
  markNext(id: string, offset: number, observed: string, now: string): Promise<void>
  /** The end of a source whose size could not be known is reached: what comes after it another day is newer. */
  markEnd(id: string, end: number, observed: string): Promise<void>
  /**
   * A unit is about to be handed out that ends at `offset` for want of more: each later reading must cut there, too.
   * A source has one such mark, so that one that falls silent after each line stays small.
   * @param passed the mark before, behind which the caller has read on and found no continuation: it is needed no
   *   longer. Any other is kept
   */
  markCut(id: string, offset: number, passed?: number): Promise<void>
  /** A continuation has come behind the cut: it is kept for as long as the source is known. */
  keepCut(id: string, offset: number): Promise<void>
  /**
   * Forgets sources that nothing was heard of for so long and whose file is gone, under this name and under those that
   * rotation gives. @returns how many
   */
  expire(keepAgeMs: number, now: Date): Promise<number>
  close(): void
}

const SCHEMA_VERSION = 2
const SCHEMA = `
  create table sources(id text primary key, path text not null, folder text not null, stem text not null,
    device text not null, inode text not null, born text not null, head_length integer not null, head_hash text not null,
    size integer not null, tail_hash text not null, first_line text not null, seen text not null) without rowid;
  create index sources_by_inode on sources(device, inode);
  create index sources_by_stem on sources(folder, stem, first_line);
  create table arrivals(source text not null, up_to integer not null, observed text not null,
    primary key(source, up_to)) without rowid;`

const LOCK_WAIT_MS = 10_000

/** Nothing is opened or made before the first question. @param path of the SQLite file; its folder is made */
export function openSourceTable(path: string, lockWait = LOCK_WAIT_MS): SourceTable {
  let opening: Promise<Database> | undefined
  const inTransaction = async <T>(body: (db: Database) => T): Promise<T> => {
    opening ??= patiently(lockWait, await connector(path))
    const db = await opening
    await patiently(lockWait, () => db.exec('begin immediate'))
    try {
      const result = body(db)
      db.exec('commit')
      return result
    } catch (error) {
      if (db.inTransaction) db.exec('rollback')
      throw error
    }
  }
  const explained = async <T>(body: (db: Database) => T): Promise<T> => {
    try {
      return await inTransaction(body)
    } catch (error) {
      throw explainSqliteError(error, path, 'source table')
    }
  }
  return {
    identify: (facts, now, fixedId) =>
      explained((db) => {
        const id = fixedId === undefined ? findOrMake(db, facts, now) : takeFixed(db, facts, now, fixedId)
        return {id, arrivals: arrivalsUpTo(db, id, facts.size, now), ...cutsOf(db, id)}
      }),
    markNext: (id, offset, observed, now) =>
      explained((db) => {
        endMark(db, id, offset, observed)
        markArrival(db, id, Number.POSITIVE_INFINITY, now)
      }),
    markEnd: (id, end, observed) => explained((db) => endMark(db, id, end, observed)),
    markCut: (id, offset, passed) => explained((db) => markCut(db, id, offset, passed)),
    keepCut: (id, offset) => explained((db) => keepCut(db, id, offset)),
    async expire(keepAgeMs, now) {
      if (!existsSync(path)) return 0
      const old = await explained((db) => unheardOf(db, new Date(now.getTime() - keepAgeMs).toISOString()))
      if (old.length === 0) return 0
      const gone = new Set(old.filter((row) => !mayComeAgain(row)))
      return explained((db) => forgetOrRefresh(db, old, gone, now.toISOString()))
    },
    close() {
      void opening?.then((db) => db.close()).catch(() => {})
      opening = undefined
    },
  }
}

async function connector(path: string): Promise<() => Database> {
  const {default: Sqlite} = await import('libsql')
  return () => {
    makePrivate(path)
    const db = new Sqlite(path)
    try {
      db.prepare('pragma journal_mode = wal').get([])
      db.exec('pragma synchronous = full; pragma fullfsync = 1')
      prepareSchema(db, path)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  }
}

/** Names of log files are nobody else's business; SQLite itself would follow the umask. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), {recursive: true, mode: 0o700})
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
}

function prepareSchema(db: Database, path: string): void {
  const version = () => (db.prepare('pragma user_version').get([]) as {user_version: number}).user_version
  if (version() > SCHEMA_VERSION) {
    throw new LogflowError('BACKEND_REFUSED', `${path} was written by a newer logflow (layout ${version()})`, {
      suggestions: ['Install the newer logflow', 'Choose another place with --data-dir'],
    })
  }
  if (version() === SCHEMA_VERSION) return
  db.exec('begin immediate')
  try {
    if (version() === 0) db.exec(SCHEMA)
    if (version() < SCHEMA_VERSION) db.exec(`${CUTS_SCHEMA} pragma user_version = ${SCHEMA_VERSION};`)
    db.exec('commit')
  } catch (error) {
    if (db.inTransaction) db.exec('rollback')
    throw error
  }
}

function findOrMake(db: Database, facts: SourceFacts, now: string): string {
  const row = findRow(db, facts)
  if (row) {
    refresh(db, row, facts, now)
    return row.id
  }
  const derived = deriveSourceId(facts)
  let id = derived
  for (let n = 2; rowOf(db, id); n++) id = `${derived}.${n}`
  write(db, id, facts, now)
  return id
}

/** The known source that the file continues: by its inode, else as a rotation of the file it was. */
function findRow(db: Database, facts: SourceFacts): SourceRow | undefined {
  const byInode = db.prepare('select * from sources where device = ? and inode = ? order by seen desc')
  const same = (byInode.all([facts.device, facts.inode]) as SourceRow[]).filter((row) => sameInode(row, facts))
  const own = longest(same.filter((row) => holdsSame(row, facts)))
  if (own) return own
  // Thousands of files of one folder may have such names; few of them begin with the same line.
  const byStem = db.prepare(
    "select * from sources where folder = ? and stem = ? and first_line in (?, '') order by seen desc",
  )
  const {path} = facts
  const kin = byStem.all([dirname(path), rotationStem(basename(path)), lineHash(facts)]) as SourceRow[]
  return longest(kin.filter((row) => holdsSame(row, facts) && replacesOriginal(row, facts)))
}

/** The row that agrees in most bytes, the latest of those that agree in as many. */
function longest(rows: SourceRow[]): SourceRow | undefined {
  return rows.reduce<SourceRow | undefined>(
    (best, row) => (best && best.head_length >= row.head_length ? best : row),
    undefined,
  )
}

function takeFixed(db: Database, facts: SourceFacts, now: string, id: string): string {
  const row = rowOf(db, id)
  if (!row) write(db, id, facts, now)
  else if (beginsOtherwise(row, facts)) {
    throw new LogflowError(
      'USAGE',
      `--source-id ${id} stands for ${row.path || 'another input'}, which began otherwise than ${facts.path}`,
      {suggestions: ['Name each content by an id of its own, for example with its date or run number']},
    )
  } else if (facts.head.length > row.head_length)
    db.prepare('update sources set head_length = ?, head_hash = ?, first_line = ? where id = ?').run([
      facts.head.length,
      fingerprint(facts.head),
      lineHash(facts),
      id,
    ])
  return id
}

/** Told by all the first bytes that both have: logs of one program often share their first line and no more. */
function beginsOtherwise(row: SourceRow, facts: SourceFacts): boolean {
  const {head_length, head_hash, first_line} = row
  if (facts.head.length >= head_length && fingerprint(facts.head.subarray(0, head_length)) !== head_hash) return true
  const line = lineHash(facts)
  return line !== '' && first_line !== '' && line !== first_line
}

/** Fingerprint of the first line, empty while that is not complete. */
function lineHash({head}: SourceFacts): string {
  return head.includes(10) ? fingerprint(firstLine(head)) : ''
}

function rowOf(db: Database, id: string): SourceRow | undefined {
  return db.prepare('select * from sources where id = ?').get([id]) as SourceRow | undefined
}

function write(db: Database, id: string, facts: SourceFacts, now: string): void {
  const size = Number.isFinite(facts.size) ? facts.size : 0
  db.prepare('insert into sources values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)').run([
    id,
    facts.path,
    dirname(facts.path),
    rotationStem(basename(facts.path)),
    facts.device,
    facts.inode,
    facts.born,
    facts.head.length,
    fingerprint(facts.head),
    size,
    tailHash(facts, size),
    lineHash(facts),
    now,
  ])
}

/** Follows the source to where it is now, and remembers more of it. Writes nothing when nothing has changed. */
function refresh(db: Database, row: SourceRow, facts: SourceFacts, now: string): void {
  const size = Number.isFinite(facts.size) ? facts.size : row.size
  const moved = row.path !== facts.path || row.inode !== facts.inode || row.device !== facts.device
  if (!moved && size === row.size && facts.head.length === row.head_length) return
  const tail = size === row.size ? row.tail_hash : tailHash(facts, size)
  db.prepare(`update sources set path = ?, folder = ?, stem = ?, device = ?, inode = ?, born = ?, head_length = ?,
    head_hash = ?, size = ?, tail_hash = ?, first_line = ?, seen = ? where id = ?`).run([
    facts.path,
    dirname(facts.path),
    rotationStem(basename(facts.path)),
    facts.device,
    facts.inode,
    facts.born,
    facts.head.length,
    fingerprint(facts.head),
    size,
    tail,
    lineHash(facts),
    now,
    row.id,
  ])
}
