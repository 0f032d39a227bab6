// What groups are made of, as columns of SQL: metrics/grouping.ts says what they mean.

import type {GroupName} from '../../metrics/grouping.js'
import type {Question} from '../../metrics/question.js'
import {attributeText} from './compile-attribute.js'
import {TEXT_COLUMNS} from './compile-record-field.js'
import {isSearchable} from './compile-value.js'
import {UNDECIDED} from './errors.js'
import {quote} from './sql.js'

/** Stops a statement: only by reading the records is their group known. */
const RAISED = `CAST(error(${quote(UNDECIDED)}) AS VARCHAR)`

/** The value of a record to group by; NULL where it has none. */
export function keySql(by: NonNullable<Question['by']>): string {
  return by === 'message' || by === 'level' ? by : nameSql(by)
}

/** The same of a name of the query language. It raises Undecided where a record has, or may have, more than one value. */
export function groupKeySql(name: GroupName): string {
  if (name.in === 'attributes') return attributeText(name.path, RAISED)
  return name.name === 'message' || name.name === 'level' ? name.name : nameSql(TEXT_COLUMNS[name.name])
}

function nameSql(column: string): string {
  return `CASE WHEN ${isSearchable(column)} THEN ${column} END`
}
