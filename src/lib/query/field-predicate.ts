import {unreachable} from '../errors/logflow-error.js'
import type {LogRecord} from '../record/record.js'
import {attributeExists, attributeLeaves, attributeValues, recordValues} from './field-values.js'
import {
  CASELESS_FIELDS,
  type Field,
  NUMBER_FIELDS,
  type RecordField,
  TEXT_FIELDS,
  type Test,
  TIME_FIELDS,
} from './query.js'
import {type Comparison, toValueTest} from './to-test.js'
import {toLike} from './wildcard.js'

/** Whether a field of a record passes a test: where any of its values does. */
export function toFieldPredicate(field: Field, test: Test): (record: LogRecord) => boolean {
  switch (field.in) {
    case 'record': {
      const {name} = field
      const passes = toValueTest(test, comparisonOf(name))
      return (record) => recordValues(record, name).some(passes)
    }
    case 'attributes': {
      const {path} = field
      if (test.kind === 'exists') return (record) => attributeExists(record, path)
      const passes = toValueTest(test, 'values')
      return (record) => attributeValues(record, path).some(passes)
    }
    case 'any':
      return anyField(toLike(field.pattern), test)
    default:
      return unreachable(field)
  }
}

/** How a field of the record compares. */
export function comparisonOf(name: RecordField): Comparison {
  if (CASELESS_FIELDS.has(name)) return 'caseless'
  if ((NUMBER_FIELDS as readonly string[]).includes(name)) return 'values'
  return (TIME_FIELDS as readonly string[]).includes(name) ? 'times' : 'text'
}

function anyField(isMeant: (path: string) => boolean, test: Test): (record: LogRecord) => boolean {
  const fields = TEXT_FIELDS.filter(isMeant).map((name) => toFieldPredicate({in: 'record', name}, test))
  const level = isMeant('level') ? toValueTest(test, 'caseless') : () => false
  const passes = toValueTest(test, 'values')
  return (record) => {
    if (fields.some((field) => field(record))) return true
    if (record.level !== undefined && level(record.level)) return true
    for (const [path, value] of attributeLeaves(record.attributes)) if (isMeant(path) && passes(value)) return true
    return false
  }
}
