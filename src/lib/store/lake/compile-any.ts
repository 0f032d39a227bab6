import {TEXT_FIELDS, type Test, type Wildcard} from '../../query/query.js'
import {toValueTest} from '../../query/to-test.js'
import {toLike} from '../../query/wildcard.js'
import {LEVELS} from '../../record/level.js'
import {compileRecordField} from './compile-record-field.js'
import {longestLiteral} from './like.js'
import {type Parameters, quote} from './sql.js'

/**
 * A test on every field whose name is like a pattern. Of the record's own the columns tell; attributes are left to
 * matches(), by NULL, where their JSON holds what the name and the value must have.
 */
export function compileAny(pattern: Wildcard, test: Test, parameters: Parameters): string {
  const isMeant = toLike(pattern)
  const fields = TEXT_FIELDS.filter(isMeant).map((name) => compileRecordField(name, test, parameters))
  const levels = isMeant('level') ? LEVELS.filter(toValueTest(test, 'caseless')) : []
  if (levels.length > 0) fields.push(`level IN (${levels.map(quote).join(', ')})`)
  const inRecord = fields.length > 0 ? `WHEN ${fields.join(' OR ')} THEN true` : ''
  const needed = [...keysIn(pattern), ...valueIn(test)].map((text) => `contains(attributes, ${quote(text)})`)
  const inAttributes = ['attributes IS NOT NULL', ...needed].join(' AND ')
  return `CASE ${inRecord} WHEN ${inAttributes} THEN NULL ELSE false END`
}

/** Text of keys that every name like the pattern has, as it stands in JSON. */
function keysIn(pattern: Wildcard): string[] {
  return pattern.flatMap((part) => (typeof part === 'string' ? part.split('.') : [])).filter(isPlain)
}

/** Text that every value which passes has, as it stands in JSON; numbers may be printed otherwise than they are asked. */
function valueIn(test: Test): string[] {
  if (test.kind === 'equals' && test.quoted) return [test.value].filter(isPlain)
  return test.kind === 'like' ? [longestLiteral(test.pattern)].filter(isPlain) : []
}

/** Whether JSON has a text as it is. DuckDB prints 1e21 for what reads 1e+21. */
function isPlain(text: string): boolean {
  return text !== '' && !/["\\+\p{C}\u2028\u2029\ufffd]/u.test(text)
}
