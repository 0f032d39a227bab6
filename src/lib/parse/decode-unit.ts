// Bytes of a unit to text. What is no UTF-8 becomes U+FFFD in the text; the bytes themselves stay in `raw`, escaped.

import {isUtf8} from 'node:buffer'

export interface DecodedUnit {
  text: string
  /** Only where bytes were no UTF-8: the unit with each such byte as `\xNN`, and each backslash doubled. */
  raw?: string
  lossy: boolean
}

/** Decodes `data[start, end)`; a byte order mark at the beginning is no part of the text. */
export function decodeUnit(data: Buffer, start: number, end: number): DecodedUnit {
  let text = data.toString('utf8', start, end)
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
  if (!text.includes('\ufffd') || isUtf8(data.subarray(start, end))) return {text, lossy: false}
  return {text, raw: escapeInvalid(data.subarray(start, end)), lossy: true}
}

function escapeInvalid(bytes: Buffer): string {
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at)
    const piece = bytes.subarray(at, at + Math.max(1, length))
    if (length === 0) out += `\\x${piece.toString('hex')}`
    else out += piece[0] === 0x5c ? '\\\\' : piece.toString('utf8')
    at += piece.length
  }
  return out
}

/** Length of the valid UTF-8 sequence at `at`, 0 where there is none. */
function sequenceAt(bytes: Buffer, at: number): number {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0
}
