// The terms by which fields are looked up, so that equality, ranges and patterns mean in Elasticsearch what matches()
// means. A term is a path, DEL, a kind and a value:
//
//   attributes {http: {status: "502"}}  ->  http/   http.status/s502   http.status/nc07f6     (/ for DEL)
//
// `s`: the value as text; `n`: where it reads as a number, that number in a form whose order as text is the order of
// numbers; nothing: there is a value below this path, or one too long to be compared. Fields of the record begin with
// two DELs. A record whose terms cannot all be written has none, and its document is marked.

import {numberOf} from '../../query/number-of.js'
import {MAX_FIELD_VALUE, STRING_FIELDS, type TextField} from '../../query/query.js'
import type {LogRecord} from '../../record/record.js'
import {orderedHex} from './ordered-hex.js'

/** Needs no escaping in JSON, and hardly ever stands in a name. */
export const SEPARATOR = '\x7f'
/** Longest path in UTF-16 units: with a value it stays below 1,000, which is what the server takes in a pattern. */
const MAX_PATH = 400
/** Deepest value, and most values, of one record. */
const MAX_DEPTH = 100
const MAX_VALUES = 10_000

/** What the terms of an attribute begin with; `undefined` for a path that no term is written for. */
export function attributeTerms(path: string): string | undefined {
  return path.length > MAX_PATH || path.includes(SEPARATOR) ? undefined : path + SEPARATOR
}

/** What the terms of a field of the record begin with. */
export function recordTerms(name: TextField): string {
  return `${SEPARATOR}${SEPARATOR}${name}${SEPARATOR}`
}

/** After what the terms of a field begin with: the term of a value's text. */
export function textTerm(text: string): string {
  return `s${text}`
}

/** Likewise, of a finite number. */
export function numberTerm(value: number): string {
  return `n${orderedHex(value)}`
}

/** The terms of a record as strings of JSON with commas between; `undefined` where not all of them can be written. */
export function encodeTerms(record: LogRecord): string | undefined {
  const list = new TermList()
  for (const name of Object.keys(record.attributes)) list.addAttribute(name, record.attributes[name], 0)
  addRecordFields(list, record)
  return list.whole()
}

function addRecordFields(list: TermList, record: LogRecord): void {
  const {source, error, timestamp_source, raw} = record
  list.addSource(source)
  if (timestamp_source !== undefined) list.add(TIMESTAMP_SOURCE, timestamp_source)
  if (raw !== undefined) list.addPresence(RAW)
  // These have fields of their own in the mapping, which know no numbers.
  for (const field of STRING_FIELDS) {
    const value = record[field]
    if (value !== undefined) list.addNumber(STRINGS[field], value)
  }
  if (error === undefined) return
  if (error.name !== undefined) list.add(ERROR_NAME, error.name)
  if (error.message !== undefined) list.add(ERROR_MESSAGE, error.message)
  if (error.stack !== undefined) list.add(ERROR_STACK, error.stack)
  for (const {name, message} of error.causes ?? []) {
    if (name !== undefined) list.add(CAUSE_NAME, name)
    if (message !== undefined) list.add(CAUSE_MESSAGE, message)
  }
}

const FILE = recordTerms('source.file')
const FORMAT = recordTerms('source.format')
const TOPIC = recordTerms('source.topic')
const TIMESTAMP_SOURCE = recordTerms('timestamp_source')
const RAW = recordTerms('raw')
const ERROR_NAME = recordTerms('error.name')
const ERROR_MESSAGE = recordTerms('error.message')
const ERROR_STACK = recordTerms('error.stack')
const CAUSE_NAME = recordTerms('error.causes.name')
const CAUSE_MESSAGE = recordTerms('error.causes.message')
const STRINGS = Object.fromEntries(STRING_FIELDS.map((name) => [name, recordTerms(name)])) as Record<
  (typeof STRING_FIELDS)[number],
  string
>

/** Half a surrogate pair as JSON writes it (or a backslash before `ud8…`): the server would store something else. */
const HALF_PAIR = /\\ud[89a-f]/

let lastSource: {file?: string; format?: string; topic?: string; json: string} = {json: ''}

class TermList {
  #json = ''
  #left = MAX_VALUES
  #incomplete = false

  whole(): string | undefined {
    const json = this.#json
    if (this.#incomplete || (json.includes('\\ud') && HALF_PAIR.test(json))) return undefined
    return json.slice(1)
  }

  /** @returns whether a value stands at this path or below it */
  addAttribute(path: string, value: unknown, depth: number): boolean {
    if (typeof value !== 'object') {
      if (typeof value === 'undefined') return false
      this.add(encodedPath(path), value as string | number | boolean)
      return true
    }
    if (value === null) return false
    if (depth === MAX_DEPTH) this.#incomplete = true
    if (this.#incomplete) return true
    let found = false
    if (Array.isArray(value)) {
      for (const item of value) if (this.addAttribute(path, item, depth + 1)) found = true
      return found
    }
    for (const name of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[name]
      if (this.addAttribute(`${path}.${name}`, item, depth + 1)) found = true
    }
    if (found) this.addPresence(encodedPath(path))
    return found
  }

  /** @param path as encodedPath() or recordTerms() gives it */
  add(path: string | undefined, value: string | number | boolean): void {
    if (path === undefined || --this.#left < 0) this.#incomplete = true
    else if (typeof value === 'number') {
      // Infinity is null in JSON.
      if (Number.isFinite(value)) this.#json += `,"${path}s${value}","${path}n${orderedHex(value)}"`
    } else if (typeof value === 'boolean') this.#json += `,"${path}s${value}"`
    else if (value.length > MAX_FIELD_VALUE) this.addPresence(path)
    else {
      this.#json += `,"${path}s${inJson(value)}"`
      this.addNumber(path, value)
    }
  }

  /** The number a text reads as, where it does. */
  addNumber(path: string, text: string): void {
    const first = text.charCodeAt(0)
    // Most begin with a letter.
    if (first > 57 || first < 45 || text.length > MAX_FIELD_VALUE) return
    const number = numberOf(text)
    if (number !== undefined) this.#json += `,"${path}n${orderedHex(number)}"`
  }

  /** Where records come from changes seldom. */
  addSource({file, format, topic}: LogRecord['source']): void {
    if (file !== lastSource.file || format !== lastSource.format || topic !== lastSource.topic) {
      const list = new TermList()
      if (file !== undefined) list.add(FILE, file)
      list.add(FORMAT, format)
      if (topic !== undefined) list.add(TOPIC, topic)
      lastSource = {file, format, topic, json: list.#json}
    }
    this.#json += lastSource.json
  }

  addPresence(path: string | undefined): void {
    this.#json += `,"${path}"`
  }
}

const NEEDS_ESCAPE = /["\\\0-\x1f\ud800-\udfff]/

/** As it stands between quotes in JSON. */
function inJson(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text).slice(1, -1) : text
}

/** The paths of a source's records are the same few. */
const paths = new Map<string, string | undefined>()
const MAX_REMEMBERED = 2_000

function encodedPath(path: string): string | undefined {
  if (paths.has(path)) return paths.get(path)
  const terms = attributeTerms(path)
  const encoded = terms === undefined ? undefined : inJson(terms)
  if (paths.size >= MAX_REMEMBERED) paths.clear()
  paths.set(path, encoded)
  return encoded
}
