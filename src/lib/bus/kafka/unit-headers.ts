// The two headers of every message logflow writes, by which another producer may write messages for logflow too:
//   lf      the envelope, one line of JSON in UTF-8 (units/envelope.ts), the same bytes for all units of a batch
//   lf-at   `offset,line,span` of the unit in its source, as in units/unit-batch.ts: each a number in base 36, `0` for
//           an unknown line; ASCII
// A message that lacks either, or has one that does not read so, counts as written by someone else.

import {type Envelope, encodeEnvelope} from '../../units/envelope.js'
import {writeVarint} from './varint.js'

export const ENVELOPE_HEADER = 'lf'
export const POSITION_HEADER = 'lf-at'

const BASE = 36
const COMMA = 0x2c
const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz')
/** 36^5: the largest power whose digits are split off with 32-bit arithmetic. */
const FIVE_DIGITS = BASE ** 5
/** Three safe integers of at most eleven digits, two commas. */
const LONGEST_POSITION = 35

/**
 * The encoded headers of a message, all but the value of the last: their number, `lf` with its value, the name of
 * `lf-at`. A {@link PositionWriter} makes the rest.
 */
export function headersOf(envelope: Envelope): Buffer {
  const value = Buffer.from(encodeEnvelope(envelope))
  const to = Buffer.allocUnsafe(value.length + 64)
  let at = writeVarint(to, 0, 2)
  at = writeText(to, at, Buffer.from(ENVELOPE_HEADER))
  at = writeText(to, at, value)
  at = writeText(to, at, Buffer.from(POSITION_HEADER))
  return to.subarray(0, at)
}

function writeText(to: Buffer, at: number, text: Buffer): number {
  const next = writeVarint(to, at, text.length)
  return next + text.copy(to, next)
}

/** Writes the value of `lf-at`, length first, into one buffer again and again. */
export class PositionWriter {
  /** Holds the encoding of the position set last in its first `length` bytes. */
  readonly bytes = Buffer.alloc(1 + LONGEST_POSITION)
  length = 0

  set(offset: number, line: number, span: number): void {
    let at = this.#digits(1, offset)
    this.bytes[at++] = COMMA
    at = this.#digits(at, line)
    this.bytes[at++] = COMMA
    at = this.#digits(at, span)
    this.bytes[0] = (at - 1) << 1
    this.length = at
  }

  #digits(start: number, value: number): number {
    if (value < BASE) {
      this.bytes[start] = DIGITS[value] as number
      return start + 1
    }
    if (value >= FIVE_DIGITS) {
      const high = Math.floor(value / FIVE_DIGITS)
      return this.#fixed(this.#digits(start, high), value - high * FIVE_DIGITS, 5)
    }
    let width = 2
    for (let power = BASE * BASE; value >= power; power *= BASE) width++
    return this.#fixed(start, value, width)
  }

  #fixed(start: number, value: number, width: number): number {
    let left = value | 0
    for (let at = start + width - 1; at >= start; at--) {
      const rest = (left / BASE) | 0
      this.bytes[at] = DIGITS[left - rest * BASE] as number
      left = rest
    }
    return start + width
  }
}

export interface UnitPosition {
  offset: number
  line: number
  span: number
}

/** The reverse of {@link PositionWriter}: false where the value does not read so, else `into` is filled. */
export function readPosition(value: Buffer, into: UnitPosition): boolean {
  const numbers: [number, number, number] = [0, 0, 0]
  let field = 0
  let digits = 0
  for (let i = 0; i < value.length; i++) {
    const byte = value[i] as number
    if (byte === COMMA) {
      if (digits === 0 || field === 2) return false
      field++
      digits = 0
      continue
    }
    let digit: number
    if (byte >= 0x30 && byte <= 0x39) digit = byte - 0x30
    else if (byte >= 0x61 && byte <= 0x7a) digit = byte - 0x57
    else return false
    numbers[field] = (numbers[field] as number) * BASE + digit
    digits++
  }
  if (field !== 2 || digits === 0 || !numbers.every(Number.isSafeInteger)) return false
  ;[into.offset, into.line, into.span] = numbers
  return true
}
