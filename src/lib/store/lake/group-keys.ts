// What groups are made of, as columns of SQL: metrics/grouping.ts says what they mean.

import {type GroupName, groupNamesOf} from '../../metrics/grouping.js'
import type {Interval, Question} from '../../metrics/question.js'
import {ERROR_LEVELS} from '../../record/level.js'
import {attributeText} from './compile-attribute.js'
import {TEXT_COLUMNS} from './compile-record-field.js'
import {isSearchable} from './compile-value.js'
import {UNDECIDED} from './errors.js'
import {quote} from './sql.js'

/** Stops a statement: only by reading the records is their group known. */
const RAISED = `CAST(error(${quote(UNDECIDED)}) AS VARCHAR)`

/** Whether a record is of level ERROR or FATAL. */
export const ERRORS = `level IN (${ERROR_LEVELS.map(quote).join(', ')})`

/** What the groups of a question differ by, as columns: their names, and what they are made of. */
export function keysOf(question: Question): Array<readonly [name: string, sql: string]> {
  const {by, every} = question
  const values = (groupNamesOf(question) ?? []).map((name, i) => [`value${i}`, groupKeySql(name)] as const)
  return [
    ...(by ? [['key', keySql(by)] as const] : []),
    ...values,
    ...(every ? [['start', stretchSql(every)] as const] : []),
  ]
}

/** The value of a record to group by; NULL where it has none. */
function keySql(by: NonNullable<Question['by']>): string {
  return by === 'message' || by === 'level' ? by : nameSql(by)
}

/** The same of a name of the query language. It raises Undecided where a record has, or may have, more than one value. */
function groupKeySql(name: GroupName): string {
  if (name.in === 'attributes') return attributeText(name.path, RAISED)
  return name.name === 'message' || name.name === 'level' ? name.name : nameSql(TEXT_COLUMNS[name.name])
}

function nameSql(column: string): string {
  return `CASE WHEN ${isSearchable(column)} THEN ${column} END`
}

/** Which stretch of time a row lies in. `//` rounds towards zero, so that it counts from before all times there are. */
function stretchSql({ms, origin}: Interval): string {
  return `(time + ${beforeAll(ms, origin)}) // ${ms}`
}

/** Where the stretch of such a number begins, ms since 1970. */
export function startOf(stretch: number, {ms, origin}: Interval): number {
  return stretch * ms - beforeAll(ms, origin)
}

/** From the beginning of a stretch over 3,000 years before 1970 until 1970, ms. */
function beforeAll(ms: number, origin: number): number {
  return Math.ceil(1e14 / ms) * ms - (origin % ms)
}
