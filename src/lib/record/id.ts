// A record's id is made of where its bytes stood and what they were, so that the same bytes at the same place
// are one record however often they are read, sent or delivered, and two different lines never share an id.

/** `<source>-<offset in base 36>-<crc32c, eight hex digits>`. `crc` is unsigned. */
export function formatId(source: string, offset: number, crc: number): string {
  return `${source}-${toBase36(offset)}-${toHex(crc)}`
}

// One id a record: toString(radix) costs several times as much as these tables.
const HEX = Array.from({length: 256}, (_, i) => i.toString(16).padStart(2, '0'))
const PAIRS = Array.from({length: 1296}, (_, i) => i.toString(36).padStart(2, '0'))

function toHex(crc: number): string {
  return `${HEX[crc >>> 24]}${HEX[(crc >>> 16) & 255]}${HEX[(crc >>> 8) & 255]}${HEX[crc & 255]}`
}

function toBase36(value: number): string {
  let rest = value
  let text = ''
  while (rest >= 1296) {
    const above = Math.floor(rest / 1296)
    text = (PAIRS[rest - above * 1296] as string) + text
    rest = above
  }
  return rest.toString(36) + text
}

/** The parts of an id, or `undefined` where the text is none. A source may itself hold `-`. */
export function parseId(id: string): {source: string; offset: number; crc: number} | undefined {
  const match = /^(.+)-([0-9a-z]{1,11})-([0-9a-f]{8})$/.exec(id)
  if (!match) return undefined
  const [, source, offset, crc] = match as unknown as [string, string, string, string]
  return {source, offset: Number.parseInt(offset, 36), crc: Number.parseInt(crc, 16)}
}
