// A record's id is made of where its bytes stood and what they were, so that the same bytes at the same place
// are one record however often they are read, sent or delivered, and two different lines never share an id.

/** `<source>-<offset in base 36>-<crc32c, eight hex digits>`. `crc` is unsigned. */
export function formatId(source: string, offset: number, crc: number): string {
  return `${source}-${offset.toString(36)}-${crc.toString(16).padStart(8, '0')}`
}

/** The parts of an id, or `undefined` where the text is none. A source may itself hold `-`. */
export function parseId(id: string): {source: string; offset: number; crc: number} | undefined {
  const match = /^(.+)-([0-9a-z]{1,11})-([0-9a-f]{8})$/.exec(id)
  if (!match) return undefined
  const [, source, offset, crc] = match as unknown as [string, string, string, string]
  return {source, offset: Number.parseInt(offset, 36), crc: Number.parseInt(crc, 16)}
}
