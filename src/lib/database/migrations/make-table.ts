import {type CreateTableBuilder, type Kysely, sql} from 'kysely'
import type {ColumnTypes} from './index.js'

export type Columns = Record<string, {type: keyof ColumnTypes; null?: true; key?: true; unique?: true}>

export const text = {type: 'text'} as const
export const maybeText = {type: 'text', null: true} as const
export const integer = {type: 'integer'} as const
export const key = {type: 'text', key: true} as const
export const unique = {type: 'text', unique: true} as const

/** @param references what points at a row of another table goes with it */
export async function makeTable(
  db: Kysely<unknown>,
  name: string,
  columns: Columns,
  types: ColumnTypes,
  references: ReadonlyArray<{column: string; to: string}> = [],
): Promise<void> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name)
  for (const [column, spec] of Object.entries(columns)) {
    table = table.addColumn(column, sql.raw(types[spec.type]), (definition) => {
      const filled = spec.null ? definition : definition.notNull()
      const keyed = spec.key ? filled.primaryKey() : filled
      return spec.unique ? keyed.unique() : keyed
    })
  }
  for (const {column, to} of references) {
    table = table.addForeignKeyConstraint(`${name}_${column}`, [column], to, ['id'], (constraint) =>
      constraint.onDelete('cascade'),
    )
  }
  await table.execute()
}

export async function makeIndex(db: Kysely<unknown>, table: string, columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
    .execute()
}

/** A column that may be empty: rows of old backups lack it. */
export async function addColumn(
  db: Kysely<unknown>,
  table: string,
  column: string,
  type: keyof ColumnTypes,
  types: ColumnTypes,
): Promise<void> {
  await db.schema.alterTable(table).addColumn(column, sql.raw(types[type])).execute()
}
