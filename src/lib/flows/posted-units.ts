// What somebody posted, as units. The bytes of a record are those that were sent; where they stood in the body is their
// offset, in a source that stands for this body alone.

import {isUtf8} from 'node:buffer'
import {LogflowError} from '../errors/logflow-error.js'
import {elementsOf, membersOf, type Slice, skipBlanks} from '../parse/json-slices.js'
import {LineJoiner} from '../parse/multiline.js'
import {newCounters} from '../sources/read-counters.js'
import {MAX_UNIT_BYTES, UnitSplitter} from '../sources/split-units.js'
import type {Envelope} from '../units/envelope.js'
import {MAX_BATCH_BYTES, MAX_BATCH_UNITS, toUnitBatch, type UnitBatch} from '../units/unit-batch.js'

/**
 * `json`: an object is a record; an array, or `{"records": […]}` or `{"lines": […]}`, holds records and lines of text.
 * `ndjson`: an object a line. `text`: lines, of which those of a stack trace are one unit.
 */
export type PostedAs = 'json' | 'ndjson' | 'text'

export interface PostedUnits {
  batches: UnitBatch[]
  /** What is no record, by its place among the items of the body, from 0. Blank lines are no items. */
  refused: Array<{index: number; error: string}>
}

/** Items of one body: each costs far more than its bytes, of which it may have only two. */
export const MOST_ITEMS = 250_000

/** Cuts a body into units. Throws USAGE where a body that should be JSON is none, or holds more than MOST_ITEMS. */
export function postedUnits(
  body: Buffer,
  as: PostedAs,
  envelope: Envelope,
  {multiline = true}: {multiline?: boolean} = {},
): PostedUnits {
  switch (as) {
    case 'json':
      return ofItems(body, jsonItems(body), envelope)
    case 'ndjson':
      return ofItems(body, lineItems(body), envelope)
    case 'text':
      return {batches: fewEnough(splitLines(body, envelope, multiline)), refused: []}
  }
}

/** A part of a body: a unit, or why it is none. */
type Item = Slice & ({unit: Buffer} | {error: string})

function jsonItems(body: Buffer): Item[] {
  // Of other bytes nobody knows how long a text is once it is read.
  if (!isUtf8(body)) throw new LogflowError('USAGE', 'the body is no UTF-8, which JSON always is', {suggestions: TYPES})
  const start = skipBlanks(body, bomLength(body))
  const value = parsed(body.subarray(start))
  if (value === undefined) throw new LogflowError('USAGE', 'the body is no JSON', {suggestions: TYPES})
  if (Array.isArray(value)) return listItems(body, start)
  if (typeof value !== 'object' || value === null)
    throw new LogflowError('USAGE', 'the body must be a JSON object or an array of them', {suggestions: TYPES})
  const list = listIn(body, start, value)
  if (list) return listItems(body, list.start)
  return [jsonItem(body, {start, end: trimmedEnd(body)})]
}

function listItems(body: Buffer, start: number): Item[] {
  const slices = elementsOf(body, start, MOST_ITEMS + 1)
  if (slices.length > MOST_ITEMS) throw tooMany()
  return slices.map((slice) => jsonItem(body, slice))
}

function tooMany(): LogflowError {
  return new LogflowError('USAGE', `the body holds more than ${MOST_ITEMS} records or lines`, {
    suggestions: ['Send them in several requests'],
  })
}

const TYPES = ['Send lines of text as text/plain, and one JSON object a line as application/x-ndjson']

/** The array of `{"records": […]}` or `{"lines": […]}`, where there is nothing beside it. */
function listIn(body: Buffer, start: number, value: object): Slice | undefined {
  const [name, ...more] = Object.keys(value)
  if ((name !== 'records' && name !== 'lines') || more.length > 0) return undefined
  return Array.isArray((value as Record<string, unknown>)[name]) ? membersOf(body, start).get(name) : undefined
}

function jsonItem(body: Buffer, slice: Slice): Item {
  const bytes = body.subarray(slice.start, slice.end)
  if (bytes[0] === OPEN_OBJECT) return sized(slice, bytes)
  if (bytes[0] !== QUOTE) return {...slice, error: 'a JSON object or a text was expected'}
  const line = Buffer.from(JSON.parse(bytes.toString()) as string)
  return line.toString().trim() === '' ? {...slice, error: 'there is nothing in it'} : sized(slice, line)
}

const OPEN_OBJECT = 0x7b
const QUOTE = 0x22
const NEWLINE = 10

function lineItems(body: Buffer): Item[] {
  const items: Item[] = []
  for (let at = bomLength(body); at < body.length; ) {
    const newline = body.indexOf(NEWLINE, at)
    const end = newline < 0 ? body.length : newline
    const start = skipBlanks(body, at)
    if (start < end) {
      if (items.length === MOST_ITEMS) throw tooMany()
      const line = body.subarray(start, end)
      const isObject = line[0] === OPEN_OBJECT && parsed(line) !== undefined
      items.push(isObject ? sized({start, end}, line) : {start, end, error: 'the line is no JSON object'})
    }
    at = end + 1
  }
  return items
}

function sized(slice: Slice, unit: Buffer): Item {
  return unit.length > MAX_UNIT_BYTES
    ? {...slice, error: `it is longer than ${MAX_UNIT_BYTES} bytes`}
    : {...slice, unit}
}

function ofItems(body: Buffer, items: Item[], envelope: Envelope): PostedUnits {
  const refused: PostedUnits['refused'] = []
  const units: Array<{bytes: Buffer; offset: number; span: number}> = []
  for (const [index, item] of items.entries()) {
    const next = items[index + 1]?.start ?? body.length
    if ('error' in item) refused.push({index, error: item.error})
    else units.push({bytes: item.unit, offset: item.start, span: next - item.start})
  }
  return {batches: inBatches(units, envelope), refused}
}

function inBatches(units: Array<{bytes: Buffer; offset: number; span: number}>, envelope: Envelope): UnitBatch[] {
  const batches: UnitBatch[] = []
  for (let from = 0; from < units.length; ) {
    let to = from
    for (let size = 0; to < units.length && to - from < MAX_BATCH_UNITS; to++) {
      size += (units[to] as {bytes: Buffer}).bytes.length
      if (size > MAX_BATCH_BYTES && to > from) break
    }
    batches.push(toUnitBatch(envelope, units.slice(from, to)))
    from = to
  }
  return batches
}

function splitLines(body: Buffer, envelope: Envelope, multiline: boolean): UnitBatch[] {
  const splitter = new UnitSplitter({
    envelopes: [{upTo: Number.POSITIVE_INFINITY, envelope}],
    counters: newCounters(),
    ...(multiline ? {joiner: new LineJoiner()} : {}),
  })
  splitter.moveTo(body, 0)
  splitter.advance(body.length)
  splitter.end()
  return splitter.ready
}

function fewEnough(batches: UnitBatch[]): UnitBatch[] {
  if (batches.reduce((sum, {count}) => sum + count, 0) > MOST_ITEMS) throw tooMany()
  return batches
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return undefined
  }
}

/** Of a mark of UTF-8 at the beginning. */
function bomLength(body: Buffer): number {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
}

function trimmedEnd(body: Buffer): number {
  let end = body.length
  while (end > 0 && /\s/.test(String.fromCharCode(body[end - 1] as number))) end--
  return end
}
