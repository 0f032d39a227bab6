// A cursor is where an answer stopped, as a text that a later run goes on from. It holds the place in the total order,
// the times as they were worked out when the search began, and a digest of what was asked, so that it is never used
// for another question.

import {createHash} from 'node:crypto'
import {LogflowError} from '../errors/logflow-error.js'
import {crc32c} from '../parse/crc32c.js'
import type {LogRecord} from '../record/record.js'
import type {RecordPlace} from '../store/store.js'

/** A way through an answer, and how far it was gone. */
export interface Going {
  order: 'newest' | 'oldest'
  place: RecordPlace
  /** Marks of the records at that place that were given (see recordMark). */
  seen: readonly number[]
}

export interface Cursor {
  going: Going
  /** RFC 3339, as the filter has them. */
  since?: string
  until?: string
}

const VERSION = 1
const DIGEST_BYTES = 8
const OLDEST = 1
const SINCE = 2
const UNTIL = 4

/** The cursor as text: letters, digits, `-` and `_`. `asked` is whatever makes two questions differ. */
export function formatCursor({going, since, until}: Cursor, asked: unknown): string {
  const {order, place} = going
  const seen = going.seen.slice(-255)
  const flags =
    (order === 'oldest' ? OLDEST : 0) | (since === undefined ? 0 : SINCE) | (until === undefined ? 0 : UNTIL)
  const numbers = [nanosOf(place.time), BigInt(place.offset)]
  if (since !== undefined) numbers.push(nanosOf(since))
  if (until !== undefined) numbers.push(nanosOf(until))
  const fixed = Buffer.alloc(numbers.length * 8 + 1 + seen.length * 4)
  for (const [index, number] of numbers.entries()) fixed.writeBigUInt64BE(number, index * 8)
  fixed.writeUInt8(seen.length, numbers.length * 8)
  for (const [index, mark] of seen.entries()) fixed.writeUInt32BE(mark, numbers.length * 8 + 1 + index * 4)
  const body = Buffer.concat([Buffer.from([VERSION, flags]), digestOf(asked), fixed, Buffer.from(place.source)])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32c(body, 0, body.length))
  return Buffer.concat([body, sum]).toString('base64url')
}

/** Reads a cursor back; what is none, is damaged, or belongs to another question is refused. */
export function readCursor(text: string, asked: unknown): Cursor {
  const bytes = Buffer.from(text.trim(), 'base64url')
  const end = bytes.length - 4
  if (end < 2 || bytes.toString('base64url') !== text.trim() || bytes.readUInt32BE(end) !== crc32c(bytes, 0, end))
    throw badCursor('is none, or not whole', 'Copy all of it: letters, digits, - and _')
  if (bytes[0] !== VERSION) throw badCursor('was made by another version of logflow', 'Search anew without --cursor')
  const flags = bytes[1] as number
  let at = 2 + DIGEST_BYTES
  if (!bytes.subarray(2, at).equals(digestOf(asked)))
    throw badCursor('belongs to another search', 'Give the query, filters, times and files that it was made with')
  const take = (): bigint => {
    at += 8
    return bytes.readBigUInt64BE(at - 8)
  }
  const time = timeOf(take())
  const offset = Number(take())
  const since = flags & SINCE ? timeOf(take()) : undefined
  const until = flags & UNTIL ? timeOf(take()) : undefined
  const marks = bytes.readUInt8(at++)
  const seen = Array.from({length: marks}, (_, index) => bytes.readUInt32BE(at + index * 4))
  const source = bytes.toString('utf8', at + marks * 4, end)
  return {
    going: {order: flags & OLDEST ? 'oldest' : 'newest', place: {time, source, offset}, seen},
    ...(since === undefined ? {} : {since}),
    ...(until === undefined ? {} : {until}),
  }
}

/** Tells records at one place apart: CRC-32C of the id. */
export function recordMark({id}: LogRecord): number {
  const bytes = Buffer.from(id)
  return crc32c(bytes, 0, bytes.length)
}

function digestOf(asked: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(asked)).digest().subarray(0, DIGEST_BYTES)
}

/** RFC 3339 in UTC as nanoseconds since 1970. */
function nanosOf(time: string): bigint {
  const [whole = '', fraction = ''] = time.slice(0, -1).split('.')
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

function timeOf(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)
  const fraction = String(nanos % 1_000_000_000n).padStart(9, '0')
  return `${seconds}.${fraction.replace(/(000){1,2}$/, '')}Z`
}

function badCursor(why: string, fix: string): LogflowError {
  return new LogflowError('USAGE', `the cursor ${why}`, {suggestions: [fix]})
}
