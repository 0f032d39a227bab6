// The one database file of the embedded bus: opened, made where it is missing, and shared by any number of processes.
// Nothing here may open and close bus.db with `fs`: POSIX would drop every lock this process holds on it.

import {closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {performance} from 'node:perf_hooks'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Database} from 'libsql'
import {LogflowError} from '../../errors/logflow-error.js'
import {damaged, explain, isBusy} from './errors.js'

const SCHEMA_VERSION = 1

/**
 * `batches.next` is one past the batch's last offset; `total` counts the bytes of the topic up to and with the batch,
 * so that what lies between two batches is one subtraction. Times are milliseconds since 1970.
 */
const SCHEMA = `
  create table topics(id integer primary key, name text not null unique, next integer not null, total integer not null,
    incarnation text not null default (lower(hex(randomblob(8)))));
  create table batches(id integer primary key, topic integer not null, next integer not null, total integer not null,
    stored integer not null, count integer not null, format integer not null, checksum integer not null,
    envelope text not null, columns blob not null, data blob not null);
  create unique index batches_in_order on batches(topic, next, total, stored, count);
  create table positions(topic integer not null, grp text not null, next integer not null, changed integer not null,
    primary key(topic, grp)) without rowid;
  pragma user_version = ${SCHEMA_VERSION};`

/** Took batches fastest of 4, 16, 32 and 64 kB. */
const PAGE_BYTES = 16_384
/** Freed pages go back to the system in steps (auto_vacuum 2). */
const ON_CREATION = `pragma page_size = ${PAGE_BYTES}; pragma auto_vacuum = 2`
const ON_OPENING = 'pragma synchronous = FULL; pragma fullfsync = 1; pragma journal_size_limit = 67108864'
/** Between two attempts to get a lock. SQLite's own waiting grows to 100 ms, and the others starve the waiter. */
const RETRY_MS = 2

export interface BusFile {
  readonly dir: string
  readonly path: string
  /**
   * Opens one more connection; close it yourself.
   * @param capBytes what this connection writes never makes the file longer than this
   */
  connect(capBytes?: number): Promise<Database>
  /** Throws FILE_UNREADABLE where the path leads to another file than the one that was opened, or to none. */
  requireSame(): void
  /** Calls `attempt` until it is not refused for a lock, or too long has passed; its errors come out as LogflowErrors. */
  patiently<T>(doing: string, attempt: () => T): Promise<T>
}

/** @param lockWait milliseconds to wait for other processes before giving up */
export async function openBusFile(dir: string, lockWait: number): Promise<BusFile> {
  const path = join(dir, 'bus.db')
  await requireNotEmptied(dir, path)
  const {default: Sqlite} = await import('libsql')
  const patiently = async <T>(doing: string, attempt: () => T): Promise<T> => {
    const deadline = performance.now() + lockWait
    for (;;) {
      try {
        return attempt()
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw explain(error, path, doing)
      }
      await sleep(RETRY_MS)
    }
  }
  let opened: number | undefined
  const connect = (capBytes?: number) =>
    patiently('open', () => {
      makePrivate(dir, path)
      const db = new Sqlite(path)
      try {
        prepare(db, path)
        opened ??= statSync(path).ino
        if (capBytes !== undefined) db.exec(`pragma max_page_count = ${Math.ceil(capBytes / PAGE_BYTES)}`)
      } catch (error) {
        db.close()
        throw error
      }
      return db
    })
  const requireSame = (): void => {
    if (statSync(path, {throwIfNoEntry: false})?.ino === opened) return
    throw new LogflowError('FILE_UNREADABLE', `${path} was removed or replaced while it was read`, {
      suggestions: ['Run the command again: it begins with what is there now'],
    })
  }
  return {dir, path, connect, requireSame, patiently}
}

/** While a file is being made it is empty, too, for a moment. */
const LOOKS_AT_EMPTY = 5
const BETWEEN_LOOKS_MS = 200

/** SQLite takes an empty file for a new database: one that groups have read from has lost everything. Throws CORRUPT. */
async function requireNotEmptied(dir: string, path: string): Promise<void> {
  for (let looks = 1; isEmptied(dir, path); looks++) {
    if (looks === LOOKS_AT_EMPTY) throw damaged(path, 'it is empty, and it has been read from')
    await sleep(BETWEEN_LOOKS_MS)
  }
}

function isEmptied(dir: string, path: string): boolean {
  const size = (file: string) => statSync(file, {throwIfNoEntry: false})?.size
  try {
    // What a log holds SQLite puts back.
    return size(path) === 0 && !size(`${path}-wal`) && existsSync(join(dir, 'groups'))
  } catch {
    // Opening it tells what is in the way.
    return false
  }
}

/** Makes a file only its owner may read, before SQLite makes one that follows the umask; a file that is there stays shut. */
export function makePrivate(dir: string, path: string): void {
  const made = mkdirSync(dir, {recursive: true, mode: 0o700})
  if (made !== undefined) syncFolders(dir, made)
  if (existsSync(path)) return
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Puts the entries of new folders, from `first` down to `last`, on the disk: SQLite looks after its own folder only. */
function syncFolders(last: string, first: string): void {
  if (process.platform === 'win32') return
  const top = dirname(resolve(first))
  let at = resolve(last)
  while (at !== top) {
    at = dirname(at)
    const folder = openSync(at, 'r')
    fsyncSync(folder)
    closeSync(folder)
  }
}

function prepare(db: Database, path: string): void {
  const version = versionOf(db)
  if (version > SCHEMA_VERSION) {
    throw new LogflowError('BACKEND_REFUSED', `${path} was written by a newer logflow (layout ${version})`, {
      suggestions: [`Install the newer logflow`, 'Choose another place with --data-dir'],
    })
  }
  if (version === 0) db.exec(ON_CREATION)
  db.prepare('pragma journal_mode = WAL').get([])
  db.exec(ON_OPENING)
  if (version === 0) create(db)
}

function create(db: Database): void {
  db.exec('begin immediate')
  try {
    if (versionOf(db) === 0) db.exec(SCHEMA)
    db.exec('commit')
  } catch (error) {
    if (db.inTransaction) db.exec('rollback')
    throw error
  }
}

function versionOf(db: Database): number {
  return (db.prepare('pragma user_version').get([]) as {user_version: number}).user_version
}
