import {MAX_FIELD_VALUE} from '../../query/query.js'
import {textsOf} from '../../query/text-of.js'
import {tokenize} from '../../query/tokenize.js'
import type {LogRecord} from '../../record/record.js'

/** Longest piece of a word that Elasticsearch's whitespace analyzer keeps whole is 255. */
const MAX_PIECE = 250
/** Ends a piece that is not the last of its word. No word holds it, so a piece is never taken for a word. */
const CONTINUED = '-'

/** Stands between two texts as a token that is no word, so that no phrase spans them. */
const BETWEEN_TEXTS = ' | '

/** What `flattened` takes: levels of nesting, and characters of a path that keep it below Lucene's longest term. */
const MAX_DEPTH = 18
const MAX_PATH = 4_096

/** What a hit's `_source` holds: the record, or the record beside a text of it that is exact. */
export type Source = LogRecord & {exact?: string}

/**
 * A record as one line of JSON: its own fields, and three that are indexed and kept out of `_source`: the words of
 * its texts, and case-less copies of names. `armoured` is for records that the mapping refuses as they are
 * (attributes nested too deep, NUL in a name): the indexed part is what can be, the record travels as text beside it.
 */
export function encodeDocument(record: LogRecord, ingestedAt: string, armoured: boolean): string {
  const body = armoured ? armour(record, ingestedAt) : JSON.stringify(withoutStamp(record))
  const words = searchWords(record)
  const folded = foldedNames(record)
  return `${body.slice(0, -1)},"ingested_at":"${ingestedAt}"${words === '' ? '' : `,"words":"${words}"`}${folded}}`
}

/** The record of a hit. */
export function decodeSource(source: Source): LogRecord {
  return source.exact === undefined ? source : (JSON.parse(source.exact) as LogRecord)
}

/** Words as the whitespace analyzer gets them, in texts and in phrases. They need no escaping in JSON. */
export function toPieces(words: string[]): string[] {
  return words.some((word) => word.length > MAX_PIECE) ? words.flatMap(cut) : words
}

function searchWords(record: LogRecord): string {
  return textsOf(record)
    .map((text) => toPieces(tokenize(text)).join(' '))
    .join(BETWEEN_TEXTS)
}

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
  const names: Record<string, string> = {}
  if (service && hasFold(service)) names.service = service.toLowerCase()
  if (host && hasFold(host)) names.host = host.toLowerCase()
  if (environment && hasFold(environment)) names.environment = environment.toLowerCase()
  for (const _ in names) return `,"folded":${JSON.stringify(names)}`
  return ''
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
