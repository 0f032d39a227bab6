// The database keeps what is small and must be right: users, tokens, the audit trail, settings, alert rules and their
// history. sqlite/ is the default, postgres/ is for several machines; test/contracts/database.ts is what both must pass.
// Queries are written once, with Kysely, in the tables' own files beside this one; no engine is named outside its room.

import type {Kysely} from 'kysely'
import type {Schema} from './schema.js'

export type {Schema} from './schema.js'

/** What queries run on: the database, or a transaction of it. */
export type Queries = Kysely<Schema>

export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  /** A path, or a URL without credentials. */
  readonly location: string
  /** For reads, and for writes of one statement. Each has its own durable end. */
  readonly queries: Queries
  /**
   * Runs `work` in one transaction that no other writer comes between: what it read still holds when it writes. Rolled
   * back when `work` rejects; tried again where the engine says that two got in each other's way, so that `work` may run
   * more than once. Rejects with DATABASE_UNREACHABLE (retriable), DISK_FULL or PERMISSION.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  /** Reads of one moment, whatever is written meanwhile; a statement that would write is refused. */
  snapshot<T>(read: (queries: Queries) => Promise<T>): Promise<T>
  /** Takes every table away, with all that is in it; `migrate` makes them anew. Also where a newer logflow made them. */
  drop(): Promise<void>
  /** Brings the tables to this version; safe to run twice, and at the same time in two processes. Forward only. */
  migrate(): Promise<MigrationResult>
  status(): Promise<DatabaseStatus>
  /** Reads everything and tells what is wrong with it; empty where nothing is. */
  inspect(): Promise<DatabaseFault[]>
  close(): Promise<void>
}

export interface MigrationResult {
  /** Names of migrations that were run now, in order. */
  applied: string[]
  /** Names of those that had been run before. */
  already: string[]
}

export interface DatabaseStatus {
  kind: Database['kind']
  /** Name and version of what answered. */
  version: string
  /** A path, or a URL without credentials. */
  location: string
  /** Last migration that was run; absent before the first. */
  migration?: string
  /** Migrations of this version that have not been run. */
  pending: string[]
  /** Rows by table. */
  rows: Record<string, number>
  /** Open connections now. */
  connections: number
}

export interface DatabaseFault {
  finding: string
  /** What to do. */
  fix: string
  /** It can be used all the same. */
  harmless?: true
}

/** Called with the kind of each statement (`select`, `insert`, `update`, `delete`, `other`) as it ends. */
export type OnQuery = (operation: string, seconds: number) => void
