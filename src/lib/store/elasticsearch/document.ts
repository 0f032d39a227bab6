import {MAX_FIELD_VALUE, STRING_FIELDS} from '../../query/query.js'
import {textsOf} from '../../query/text-of.js'
import {tokenize} from '../../query/tokenize.js'
import type {LogRecord} from '../../record/record.js'
import {encodeTerms} from './field-terms.js'

/** Longest piece of a word that Elasticsearch's whitespace analyzer keeps whole is 255. */
const MAX_PIECE = 250
/** Ends a piece that is not the last of its word. No word holds it, so a piece is never taken for a word. */
const CONTINUED = '-'

/** What `flattened` takes: levels of nesting, and characters of a path that keep it below Lucene's longest term. */
const MAX_DEPTH = 18
const MAX_PATH = 4_096

/** What a hit's `_source` holds: the record, or the record beside a text of it that is exact. */
export type Source = LogRecord & {exact?: string}

/** Raised with what is indexed beside a record: `folded.schema` says which of it a document has. */
export const DOCUMENT_SCHEMA = 2

/**
 * What a document is not found by, so that its record has to be read: by `terms`, which could not be written; by the
 * `names` in the record's own fields, where their characters or their length are not what the server takes them for; by
 * patterns of `words`, where a word is cut into pieces.
 */
export type Inexact = 'terms' | 'names' | 'words'

/**
 * A record as one line of JSON: its own fields, and what is indexed and kept out of `_source`: the words of its texts,
 * and in `folded` (named after what it held first) case-less copies of names, and the terms of its fields. `armoured`
 * is for records that the mapping refuses as they are (attributes nested too deep, NUL in a name): the indexed part is
 * what can be, the record travels as text beside it.
 */
export function encodeDocument(record: LogRecord, ingestedAt: string, armoured: boolean): string {
  const body = armoured ? armour(record, ingestedAt) : JSON.stringify(withoutStamp(record))
  const words = searchWords(record)
  const terms = encodeTerms(record)
  const folded = `${foldedNames(record)}${terms ? `,"terms":[${terms}]` : ''}${inexactParts(record, terms, words)}`
  return `${body.slice(0, -1)},"ingested_at":"${ingestedAt}"${words},"folded":{"schema":${DOCUMENT_SCHEMA}${folded}}}`
}

/** The record of a hit. */
export function decodeSource(source: Source): LogRecord {
  return source.exact === undefined ? source : (JSON.parse(source.exact) as LogRecord)
}

/** Words as the whitespace analyzer gets them, in texts and in phrases. They need no escaping in JSON. */
export function toPieces(words: string[]): string[] {
  return words.some((word) => word.length > MAX_PIECE) ? words.flatMap(cut) : words
}

/** The words of each text as a value of its own: between values lies a gap that no phrase spans. */
function searchWords(record: LogRecord): string {
  const texts = textsOf(record).map((text) => `"${toPieces(tokenize(text)).join(' ')}"`)
  if (texts.length > 1) return `,"words":[${texts.join()}]`
  const [text] = texts
  return text === undefined || text === '""' ? '' : `,"words":${text}`
}

function inexactParts(record: LogRecord, terms: string | undefined, words: string): string {
  const parts: Inexact[] = []
  if (terms === undefined) parts.push('terms')
  if (STRING_FIELDS.some((field) => isInexactName(record[field] ?? ''))) parts.push('names')
  if (words.includes(CONTINUED)) parts.push('words')
  return parts.length === 0 ? '' : `,"inexact":${JSON.stringify(parts)}`
}

/** Half a surrogate pair is stored as another character, and servers differ in how long pairs are. */
function isInexactName(name: string): boolean {
  return SURROGATE.test(name) && (name.length > MAX_FIELD_VALUE || HALF_PAIR.test(name))
}

const SURROGATE = /[\ud800-\udfff]/
const HALF_PAIR = /[\ud800-\udfff]/u

function cut(word: string): string[] {
  const pieces: string[] = []
  let rest = word
  while (rest.length > MAX_PIECE) {
    const inPair = (rest.charCodeAt(MAX_PIECE - 1) & 0xfc00) === 0xd800
    const end = inPair ? MAX_PIECE - 1 : MAX_PIECE
    pieces.push(rest.slice(0, end) + CONTINUED)
    rest = rest.slice(end)
  }
  pieces.push(rest)
  return pieces
}

/** Lower-cased copies, only of names that are not lower-case already: the query asks both fields. */
function foldedNames({service, host, environment}: LogRecord): string {
  const member = (field: string, name?: string) =>
    name && hasFold(name) ? `,"${field}":${JSON.stringify(name.toLowerCase())}` : ''
  return member('service', service) + member('host', host) + member('environment', environment)
}

function hasFold(name: string): boolean {
  return name.length <= MAX_FIELD_VALUE && name.toLowerCase() !== name
}

/** The stamp is the store's to set. */
function withoutStamp(record: LogRecord): LogRecord {
  return record.ingested_at === undefined ? record : {...record, ingested_at: undefined}
}

function armour(record: LogRecord, ingestedAt: string): string {
  const {attributes, error: _error, raw: _raw, source, ...plain} = withoutStamp(record)
  return JSON.stringify({
    ...plain,
    attributes: prune(attributes, MAX_DEPTH, MAX_PATH),
    source: {id: source.id, offset: source.offset},
    exact: JSON.stringify({...record, ingested_at: ingestedAt}),
  })
}

/** What of a value `flattened` takes. */
function prune(value: unknown, depth: number, room: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) return value.map((item) => prune(item, depth - 1, room))
  const kept = Object.entries(value)
    .filter(([name]) => name.length < room && !name.includes('\0'))
    .map(([name, item]) => [name, prune(item, depth - 1, room - name.length - 1)])
  return Object.fromEntries(kept)
}
