// Who follows what: a table of claims, and for each process a lock that its death frees, however it dies.

import {closeSync, existsSync, mkdirSync, openSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {Database} from 'libsql'
import {explainSqliteError, isBusy} from '../sqlite-errors.js'
import {patiently} from '../sqlite-patience.js'

/** Ten seconds: a claim takes milliseconds. */
const LOCK_WAIT_MS = 10_000
const SCHEMA =
  'create table if not exists claims(source text primary key, owner text not null, pid integer not null) without rowid'

export interface Owner {
  /** Names the owner's files. */
  name: string
  pid: number
}

/** The claims of one folder. */
export interface Claims {
  /** False while another living owner holds it. */
  claim(source: string, owner: Owner): Promise<boolean>
  release(source: string, owner: Owner): Promise<void>
  /** The pid of the living owner of each claimed source. */
  living(): Promise<Map<string, number>>
  /** Takes the lock that shows that the owner lives. @returns what gives it back */
  enter(owner: Owner): Promise<() => void>
  /** Nobody enters, claims or forgets meanwhile. `lives` tells whether an owner does. */
  alone<T>(body: (lives: (name: string) => boolean) => Promise<T>): Promise<T>
  close(): void
}

export async function openClaims(dir: string): Promise<Claims> {
  const {default: Sqlite} = await import('libsql')
  const path = join(dir, 'claims.db')
  const lockPath = (name: string) => join(dir, `${name}.lock`)
  const explained = async <T>(body: () => Promise<T>): Promise<T> => {
    try {
      return await body()
    } catch (error) {
      throw explainSqliteError(error, path, 'table of claims')
    }
  }
  const db = await explained(() => patiently(LOCK_WAIT_MS, () => openTable(Sqlite, dir, path)))
  let own: string | undefined
  /** A lock that can be taken belongs to nobody; its name never comes again. */
  const lives = (name: string): boolean => {
    if (name === own) return true
    if (!existsSync(lockPath(name))) return false
    const lock = tryLock(Sqlite, lockPath(name))
    if (!lock) return true
    letGo(lock)
    rmSync(lockPath(name), {force: true})
    return false
  }
  const alone = async <T>(body: () => T | Promise<T>): Promise<T> => {
    await patiently(LOCK_WAIT_MS, () => db.exec('begin immediate'))
    try {
      const result = await body()
      db.exec('commit')
      return result
    } catch (error) {
      if (db.inTransaction) db.exec('rollback')
      throw error
    }
  }
  let turn: Promise<unknown> = Promise.resolve()
  /** One transaction at a time on our one connection. */
  const inTurn = <T>(body: () => T | Promise<T>): Promise<T> => {
    const mine = turn.then(() => alone(body))
    turn = mine.catch(() => {})
    return mine
  }
  return {
    claim: (source, owner) =>
      explained(() =>
        inTurn(() => {
          const row = db.prepare('select owner from claims where source = ?').get([source]) as
            | Pick<Row, 'owner'>
            | undefined
          if (row && row.owner !== owner.name && lives(row.owner)) return false
          db.prepare('insert or replace into claims values(?, ?, ?)').run([source, owner.name, owner.pid])
          return true
        }),
      ),
    release: (source, owner) =>
      explained(() =>
        inTurn(() => {
          db.prepare('delete from claims where source = ? and owner = ?').run([source, owner.name])
        }),
      ),
    living: () =>
      explained(() =>
        inTurn(() => {
          const rows = db.prepare('select source, owner, pid from claims').all([]) as Row[]
          const alive = new Map([...new Set(rows.map((row) => row.owner))].map((name) => [name, lives(name)]))
          return new Map(rows.filter((row) => alive.get(row.owner)).map((row) => [row.source, row.pid]))
        }),
      ),
    enter: (owner) =>
      explained(() =>
        inTurn(() => {
          closeSync(openSync(lockPath(owner.name), 'a', 0o600))
          const lock = tryLock(Sqlite, lockPath(owner.name))
          if (!lock) throw new Error(`the new lock ${lockPath(owner.name)} is held`)
          own = owner.name
          const owners = db.prepare('select distinct owner from claims').all([]) as Array<Pick<Row, 'owner'>>
          for (const {owner: name} of owners)
            if (!lives(name)) db.prepare('delete from claims where owner = ?').run([name])
          return () => {
            letGo(lock)
            rmSync(lockPath(owner.name), {force: true})
            own = undefined
          }
        }),
      ),
    alone: (body) => explained(() => inTurn(() => body(lives))),
    close: () => db.close(),
  }
}

interface Row {
  source: string
  owner: string
  pid: number
}

type Engine = new (path: string) => Database

function openTable(Sqlite: Engine, dir: string, path: string): Database {
  mkdirSync(dir, {recursive: true, mode: 0o700})
  // Made by us, because SQLite's own would follow the umask.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  const db = new Sqlite(path)
  try {
    db.prepare('pragma journal_mode = wal').get([])
    // A claim need not survive a power cut: its owner does not either.
    db.exec(`pragma synchronous = normal; ${SCHEMA}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** An exclusive transaction on an empty file; its journal in memory, so that it works on a full disk, too. */
function tryLock(Sqlite: Engine, path: string): Database | undefined {
  const db = new Sqlite(path)
  try {
    db.exec('pragma journal_mode = memory; begin exclusive')
    return db
  } catch (error) {
    db.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

function letGo(lock: Database): void {
  lock.exec('rollback')
  lock.close()
}
