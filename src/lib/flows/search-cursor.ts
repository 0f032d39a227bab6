// A cursor is where an answer stopped, as a text that a later run goes on from. It holds the place in the total order,
// when the search began, from which `15m` and the like are reckoned again, and a digest of what was asked, so that it is
// never used for another question.

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
  /** When the first search began, ms since 1970. */
  beganMs: number
}

const VERSION = 1
const DIGEST_BYTES = 8
const OLDEST = 1
/** Version, order, digest, time, offset, beginning, and the number of marks; then the marks and the source. */
const FIXED_BYTES = 35

/** The cursor as text: letters, digits, `-` and `_`. `asked` is whatever makes two questions differ. */
export function formatCursor({going, beganMs}: Cursor, asked: unknown): string {
  const {order, place} = going
  const seen = going.seen.slice(-255)
  const fixed = Buffer.alloc(FIXED_BYTES + seen.length * 4)
  fixed.writeUInt8(VERSION)
  fixed.writeUInt8(order === 'oldest' ? OLDEST : 0, 1)
  digestOf(asked).copy(fixed, 2)
  fixed.writeBigUInt64BE(nanosOf(place.time), 10)
  fixed.writeBigUInt64BE(BigInt(place.offset), 18)
  fixed.writeBigUInt64BE(BigInt(beganMs), 26)
  fixed.writeUInt8(seen.length, 34)
  for (const [index, mark] of seen.entries()) fixed.writeUInt32BE(mark, FIXED_BYTES + index * 4)
  const body = Buffer.concat([fixed, Buffer.from(place.source)])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32c(body, 0, body.length))
  return Buffer.concat([body, sum]).toString('base64url')
}

/** Reads a cursor back; what is none, is damaged, or belongs to another question is refused. */
export function readCursor(text: string, asked: unknown): Cursor {
  const bytes = Buffer.from(text.trim(), 'base64url')
  const end = bytes.length - 4
  if (
    end < FIXED_BYTES ||
    bytes.toString('base64url') !== text.trim() ||
    bytes.readUInt32BE(end) !== crc32c(bytes, 0, end)
  )
    throw badCursor('is none, or not whole', 'Copy all of it: letters, digits, - and _')
  if (bytes[0] !== VERSION) throw badCursor('was made by another version of logflow', 'Search anew without --cursor')
  if (!bytes.subarray(2, 2 + DIGEST_BYTES).equals(digestOf(asked)))
    throw badCursor('belongs to another search', 'Give the query, filters, times and files that it was made with')
  const marks = bytes.readUInt8(34)
  const place = {
    time: timeOf(bytes.readBigUInt64BE(10)),
    source: bytes.toString('utf8', FIXED_BYTES + marks * 4, end),
    offset: Number(bytes.readBigUInt64BE(18)),
  }
  const seen = Array.from({length: marks}, (_, index) => bytes.readUInt32BE(FIXED_BYTES + index * 4))
  const order = bytes[1] === OLDEST ? 'oldest' : 'newest'
  return {going: {order, place, seen}, beganMs: Number(bytes.readBigUInt64BE(26))}
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
