import {unreachable} from '../errors/logflow-error.js'
import type {LogRecord} from '../record/record.js'
import {CASELESS_FIELDS, MAX_FIELD_VALUE, type QueryNode, type StringField} from './query.js'
import {tokenize} from './tokenize.js'

/**
 * The meaning of a query: whether a record is one of its answers. Live tails and plain files are searched with
 * this, and every store is tested against it.
 */
export function matches(node: QueryNode, record: LogRecord): boolean {
  switch (node.kind) {
    case 'all':
      return true
    case 'and':
      return node.nodes.every((part) => matches(part, record))
    case 'or':
      return node.nodes.some((part) => matches(part, record))
    case 'not':
      return !matches(node.node, record)
    case 'phrase':
      return holdsPhrase(tokenize(record.message), node.words)
    case 'equals': {
      const value = fieldOf(record, node.field)
      return value !== undefined && value === folded(node.field, node.value)
    }
    case 'prefix':
      return fieldOf(record, node.field)?.startsWith(folded(node.field, node.value)) ?? false
    case 'level':
      return record.level !== undefined && node.levels.includes(record.level)
    default:
      return unreachable(node)
  }
}

/** A field as it compares; `undefined` where it is missing or too long to be searched by name. */
function fieldOf(record: LogRecord, field: StringField): string | undefined {
  const value = record[field]
  if (value === undefined || value.length > MAX_FIELD_VALUE) return undefined
  return folded(field, value)
}

function folded(field: StringField, value: string): string {
  return CASELESS_FIELDS.has(field) ? value.toLowerCase() : value
}

function holdsPhrase(words: string[], phrase: string[]): boolean {
  const last = words.length - phrase.length
  for (
    let at = words.indexOf(phrase[0] as string);
    at !== -1 && at <= last;
    at = words.indexOf(phrase[0] as string, at + 1)
  ) {
    if (phrase.every((word, i) => words[at + i] === word)) return true
  }
  return false
}
