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

/** Reads `bytes[start, end)`, the reverse of {@link PositionWriter}: false, and nothing filled, where it reads otherwise. */
export function readPosition(bytes: Buffer, start: number, end: number, into: UnitPosition): boolean {
  let [first, second, field, value, digits] = [0, 0, 0, 0, 0]
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    if (byte === COMMA) {
      if (digits === 0 || field === 2) return false
      if (field === 0) first = value
      else second = value
      field++
      value = 0
      digits = 0
      continue
    }
    const digit = byte < 0x3a ? byte - 0x30 : byte > 0x60 ? byte - 0x57 : -1
    if (digit < 0 || digit >= BASE) return false
    value = value * BASE + digit
    digits++
  }
  if (field !== 2 || digits === 0) return false
  if (first > Number.MAX_SAFE_INTEGER || second > Number.MAX_SAFE_INTEGER || value > Number.MAX_SAFE_INTEGER)
    return false
  into.offset = first
  into.line = second
  into.span = value
  return true
}
