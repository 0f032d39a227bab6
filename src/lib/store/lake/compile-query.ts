import {LogflowError, unreachable} from '../../errors/logflow-error.js'
import {
  CASELESS_FIELDS,
  type Field,
  MAX_FIELD_VALUE,
  type QueryNode,
  STRING_FIELDS,
  type StringField,
  type Test,
} from '../../query/query.js'
import {MAX_WORD, tokenize} from '../../query/tokenize.js'
import {LEVELS} from '../../record/level.js'
import {type Parameters, quote} from './sql.js'

/**
 * A query as an SQL condition over the columns of a segment that is true for exactly the records that `matches()`
 * takes. It may be NULL where it is not true, so negation goes through coalesce.
 */
export function compileQuery(node: QueryNode, parameters: Parameters): string {
  switch (node.kind) {
    case 'all':
      return 'true'
    case 'and':
      return joined(node.nodes, ' AND ', 'true', parameters)
    case 'or':
      return joined(node.nodes, ' OR ', 'false', parameters)
    case 'not':
      return `NOT coalesce(${compileQuery(node.node, parameters)}, false)`
    case 'phrase':
      return phrase(node.words, parameters)
    case 'field':
      return onField(node.field, node.test, parameters)
    case 'wild-word':
    case 'text-regex':
      throw notSupported()
    case 'level': {
      const levels = LEVELS.filter((level) => node.levels.includes(level))
      return levels.length ? `level IN (${levels.map(quote).join(', ')})` : 'false'
    }
    default:
      return unreachable(node)
  }
}

/** Whether few records can match, so that looking at few segments first would not pay. */
export function isSelective(node: QueryNode): boolean {
  if (node.kind === 'field') {
    const name = node.test.kind === 'equals' ? columnOf(node.field) : undefined
    return name !== undefined && !CASELESS_FIELDS.has(name) && name !== 'event'
  }
  if (node.kind === 'and') return node.nodes.some(isSelective)
  return node.kind === 'or' && node.nodes.length > 0 && node.nodes.every(isSelective)
}

/**
 * The query as several, of which a record matches one at most: an OR of ids is looked up id by id, since only a condition
 * on one column makes use of its Bloom filters.
 */
export function alternatives(node: QueryNode): QueryNode[] {
  if (node.kind === 'or' && node.nodes.length > 1 && node.nodes.length <= MOST_ALTERNATIVES && isSelective(node)) {
    return node.nodes.map((part, i) => ({kind: 'and', nodes: [part, ...node.nodes.slice(0, i).map(negated)]}))
  }
  if (node.kind !== 'and') return [node]
  for (const [i, part] of node.nodes.entries()) {
    const parts = part.kind === 'or' ? alternatives(part) : []
    const others = node.nodes.filter((_, at) => at !== i)
    if (parts.length > 1) return parts.map((each) => ({kind: 'and', nodes: [each, ...others]}))
  }
  return [node]
}

const MOST_ALTERNATIVES = 8

function negated(node: QueryNode): QueryNode {
  return {kind: 'not', node}
}

function joined(nodes: QueryNode[], operator: string, none: string, parameters: Parameters): string {
  if (nodes.length === 0) return none
  return `(${nodes.map((node) => compileQuery(node, parameters)).join(operator)})`
}

const ASCII_WORD = /^[a-z0-9_]+$/

/**
 * Words in a row. ASCII messages are searched as they are; all others have their words in a column of their own.
 */
function phrase(words: string[], parameters: Parameters): string {
  // What the tokenizer does not give as a word is found in no text.
  if (words.length === 0 || words.some((word) => tokenize(word)[0] !== word)) return 'false'
  const inWords = `contains(words, ${parameters.bind(` ${words.join(' ')} `)})`
  if (!words.every((word) => ASCII_WORD.test(word))) return inWords
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a))
  const pattern = words.map((word) => (word.length === MAX_WORD ? `${word}[a-z0-9_]*` : word)).join('[^a-z0-9_]+')
  const inMessage =
    `words IS NULL AND contains(lower(message), ${quote(longest)})` +
    ` AND regexp_matches(lower(message), ${quote(`(?:^|[^a-z0-9_])${pattern}(?:$|[^a-z0-9_])`)})`
  return `((${inMessage}) OR ${inWords})`
}

function onField(field: Field, test: Test, parameters: Parameters): string {
  const name = columnOf(field)
  if (name === undefined) throw notSupported()
  if (test.kind === 'equals') return equals(name, test.value, parameters)
  const [first, second, ...more] = test.kind === 'like' ? test.pattern : []
  if (typeof first !== 'string' || typeof second !== 'object' || second.any !== 'many' || more.length > 0)
    throw notSupported()
  return `(starts_with(${compared(name)}, ${parameters.bind(folded(name, first))}) AND ${searchable(name)})`
}

/** The column of a field that has one of its own. */
function columnOf(field: Field): StringField | undefined {
  return field.in === 'record' ? STRING_FIELDS.find((name) => name === field.name) : undefined
}

function notSupported(): LogflowError {
  return new LogflowError('NOT_SUPPORTED', 'the embedded store cannot answer this query yet', {
    suggestions: ['Search the files themselves with --file'],
  })
}

function equals(field: StringField, value: string, parameters: Parameters): string {
  if (!CASELESS_FIELDS.has(field))
    return value.length > MAX_FIELD_VALUE ? 'false' : `${field} = ${parameters.bind(value)}`
  const wanted = folded(field, value)
  const same = `${compared(field)} = ${parameters.bind(wanted)}`
  // Folding never makes a text shorter, so a short one comes from a searchable value.
  return wanted.length > MAX_FIELD_VALUE ? `(${same} AND ${searchable(field)})` : same
}

function folded(field: StringField, value: string): string {
  return CASELESS_FIELDS.has(field) ? value.toLowerCase() : value
}

/** The field as it compares. */
function compared(field: StringField): string {
  return CASELESS_FIELDS.has(field) ? `coalesce(${field}_folded, lower(${field}))` : field
}

/** Not longer than MAX_FIELD_VALUE in UTF-16 units, counted only where the bytes could be too many. */
export function searchable(field: StringField): string {
  const utf16 = `length(${field}) + length(regexp_replace(${field}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g'))`
  return `(strlen(${field}) <= ${MAX_FIELD_VALUE} OR ${utf16} <= ${MAX_FIELD_VALUE})`
}
