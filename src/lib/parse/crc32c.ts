import {createRequire} from 'node:module'

/** Up to about this many bytes a call into native code costs more than it saves. */
const SHORT = 400

let native: ((input: Buffer, initial?: number) => number) | undefined
let tables: Int32Array | undefined

/** CRC-32C (Castagnoli, RFC 3720 §12.1) of `data[start, end)`, unsigned. */
export function crc32c(data: Buffer, start: number, end: number): number {
  if (end - start <= SHORT) return ofShort(data, start, end)
  native ??= (createRequire(import.meta.url)('@node-rs/crc32') as {crc32c(input: Buffer): number}).crc32c
  return native(data.subarray(start, end)) >>> 0
}

/** Eight bytes at a time, by eight tables: what each byte does to the sum after those that follow it. */
function ofShort(data: Buffer, start: number, end: number): number {
  tables ??= makeTables()
  const t = tables
  let sum = -1
  let at = start
  for (; at + 8 <= end; at += 8) {
    const low = sum ^ word(data, at)
    const high = word(data, at + 4)
    sum =
      entry(t, 7, low) ^
      entry(t, 6, low >>> 8) ^
      entry(t, 5, low >>> 16) ^
      entry(t, 4, low >>> 24) ^
      entry(t, 3, high) ^
      entry(t, 2, high >>> 8) ^
      entry(t, 1, high >>> 16) ^
      entry(t, 0, high >>> 24)
  }
  for (; at < end; at++) sum = entry(t, 0, sum ^ (data[at] as number)) ^ (sum >>> 8)
  return ~sum >>> 0
}

/** Four bytes, the lowest first. */
function word(data: Buffer, at: number): number {
  const low = (data[at] as number) | ((data[at + 1] as number) << 8)
  return low | ((data[at + 2] as number) << 16) | ((data[at + 3] as number) << 24)
}

function entry(t: Int32Array, table: number, byte: number): number {
  return t[(table << 8) | (byte & 255)] as number
}

/** The polynomial with its bits reversed. */
const POLYNOMIAL = 0x82f63b78

function makeTables(): Int32Array {
  const t = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1
    t[byte] = sum
  }
  for (let i = 256; i < t.length; i++) {
    const before = t[i - 256] as number
    t[i] = (before >>> 8) ^ (t[before & 255] as number)
  }
  return t
}
