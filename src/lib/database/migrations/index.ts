// Migrations bring the tables to the version of this logflow: forward only, one file each, never changed once released.
// Each is named by its number and subject; the highest number is the version of the schema. A new one is a file and a
// line here. Copy 0001-first-tables.ts.

import type {Kysely} from 'kysely'
import type {Database} from '../database.js'
import {firstTables} from './0001-first-tables.js'
import {alertEngine} from './0002-alert-engine.js'

/** Runs inside one transaction with those beside it: either all of them are applied or none. */
export type MigrationStep = (db: Kysely<unknown>, types: ColumnTypes) => Promise<void>

/** In the order in which they are run. */
export const MIGRATIONS: Readonly<Record<string, MigrationStep>> = {
  '0001-first-tables': firstTables,
  '0002-alert-engine': alertEngine,
}

/** SQL names of the types that schema.ts speaks of, on one engine. */
export interface ColumnTypes {
  /** Compared byte by byte, whatever the server's language. */
  text: string
  /** 64 bits. */
  integer: string
  real: string
}

export const COLUMN_TYPES: Readonly<Record<Database['kind'], ColumnTypes>> = {
  sqlite: {text: 'text', integer: 'integer', real: 'real'},
  postgres: {text: 'text collate "C"', integer: 'bigint', real: 'double precision'},
}
