// Where the parts of a JSON text stand in its bytes, so that they can be taken out as they were written: numbers keep
// their digits. For texts that are known to be valid JSON (RFC 8259); of others the answer means nothing.

/** Bytes [start, end). */
export interface Slice {
  start: number
  end: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/** The elements of the array at `at`, in order; the first `most` of them. */
export function elementsOf(json: Buffer, at = skipBlanks(json, 0), most = Number.POSITIVE_INFINITY): Slice[] {
  const elements: Slice[] = []
  let next = skipBlanks(json, at + 1)
  while (next < json.length && json[next] !== CLOSE_ARRAY && elements.length < most) {
    const end = endOfValue(json, next)
    elements.push({start: next, end})
    next = afterComma(json, end)
  }
  return elements
}

/** The values of the object at `at` by their names; of a name that comes twice the last. */
export function membersOf(json: Buffer, at = skipBlanks(json, 0)): Map<string, Slice> {
  const members = new Map<string, Slice>()
  let next = skipBlanks(json, at + 1)
  while (next < json.length && json[next] !== CLOSE_OBJECT) {
    const nameEnd = endOfValue(json, next)
    const name = JSON.parse(json.toString('utf8', next, nameEnd)) as string
    const start = skipBlanks(json, skipBlanks(json, nameEnd) + 1)
    const end = endOfValue(json, start)
    members.set(name, {start, end})
    next = afterComma(json, end)
  }
  return members
}

const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The first byte from `at` on that is no white space of JSON's. */
export function skipBlanks(json: Buffer, at: number): number {
  let next = at
  while (isBlank(json[next])) next++
  return next
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function afterComma(json: Buffer, end: number): number {
  const next = skipBlanks(json, end)
  return json[next] === COMMA ? skipBlanks(json, next + 1) : next
}

/** One past the value that begins at `at`. */
function endOfValue(json: Buffer, at: number): number {
  const first = json[at]
  if (first === QUOTE) return endOfText(json, at)
  if (first === OPEN_ARRAY || first === OPEN_OBJECT) return endOfNested(json, at)
  let next = at
  while (next < json.length && !isBlank(json[next]) && !ENDS_LITERAL.has(json[next] as number)) next++
  return next
}

const ENDS_LITERAL: ReadonlySet<number> = new Set([COMMA, CLOSE_ARRAY, CLOSE_OBJECT])

function endOfText(json: Buffer, at: number): number {
  for (let next = at + 1; next < json.length; next++) {
    if (json[next] === BACKSLASH) next++
    else if (json[next] === QUOTE) return next + 1
  }
  return json.length
}

function endOfNested(json: Buffer, at: number): number {
  let depth = 0
  for (let next = at; next < json.length; next++) {
    const byte = json[next]
    if (byte === QUOTE) next = endOfText(json, next) - 1
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      if (--depth === 0) return next + 1
    }
  }
  return json.length
}
