// JSON as it stands in logs: what JSON.parse would change in silence (integers a double cannot hold, keys given twice)
// is found by a scan, which runs only where a cheap look says that it may find something.

/** More nesting than this is no log record; deep nesting would also overflow the stack of whoever prints it. */
export const MAX_DEPTH = 100

export interface ExactJson {
  value: Record<string, unknown>
  /** A key came twice: the last value won, the others are lost. */
  duplicates: boolean
}

/** Sixteen digits where a value begins, a point among them perhaps, or an exponent of three: perhaps no double. */
const LARGE = /[:[,\s-]\d(?:[\d.]{15}|[\d.]*[eE]\+?\d{3})/

/** The object that `text` is, or `undefined`: no JSON, no object, or nested too deep. */
export function parseExactJson(text: string): ExactJson | undefined {
  let value: unknown
  let source = text
  try {
    if (LARGE.test(text)) source = quoteLarge(text)
    value = JSON.parse(source)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const keys = countKeys(value, 0)
  if (keys < 0) return undefined
  return {value: value as Record<string, unknown>, duplicates: countColons(text) !== keys && hasDuplicates(text)}
}

/** Keys of a value and all within it; negative where it is nested too deep. */
function countKeys(value: object, depth: number): number {
  if (depth > MAX_DEPTH) return Number.NEGATIVE_INFINITY
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) count += countKeys(item, depth + 1)
    return count
  }
  const object = value as Record<string, unknown>
  for (const key in object) {
    count++
    const item = object[key]
    if (typeof item === 'object' && item !== null) count += countKeys(item, depth + 1)
  }
  return count
}

/** Occurrences of `":` with no backslash before: the number of keys, unless a string holds one or a space stands between. */
function countColons(text: string): number {
  let count = 0
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) {
    if (text.charCodeAt(at - 1) !== 92) count++
  }
  return count
}

/** Index after the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i + 1
  }
  return text.length
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** The same JSON with every number that a double would change as a string of its own digits. */
function quoteLarge(text: string): string {
  let out = ''
  let copied = 0
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i)
    if (code === 34) i = endOfString(text, i)
    else if (code === 45 || (code >= 48 && code <= 57)) {
      NUMBER.lastIndex = i
      const number = NUMBER.exec(text)?.[0] ?? (text[i] as string)
      if (isChanged(number)) {
        out += `${text.slice(copied, i)}"${number}"`
        copied = i + number.length
      }
      i += number.length
    } else i++
  }
  return copied === 0 ? text : out + text.slice(copied)
}

function isChanged(number: string): boolean {
  const value = Number(number)
  if (!Number.isFinite(value)) return true
  if (/[.eE]/.test(number)) {
    const digits = significant(number)
    return digits.length > 15 && digits.length <= 100 && significant(value.toPrecision(digits.length)) !== digits
  }
  // JSON has no leading zeros: such a text is no JSON and must stay none.
  return !Number.isSafeInteger(value) && !/^-?0\d/.test(number)
}

/** The digits that count: no sign, point, exponent, leading or trailing zeros. */
function significant(number: string): string {
  return (number.split(/[eE]/, 1)[0] as string).replace(/[-.]/g, '').replace(/^0+|0+$/g, '')
}

/** Walks the text with the keys of each open object. */
function hasDuplicates(text: string): boolean {
  const open: Array<Set<string> | undefined> = []
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i)
    if (code === 123) open.push(new Set())
    else if (code === 91) open.push(undefined)
    else if (code === 125 || code === 93) open.pop()
    else if (code === 34) {
      const end = endOfString(text, i)
      let next = end
      while (/\s/.test(text[next] ?? '')) next++
      const keys = open.at(-1)
      if (text.charCodeAt(next) === 58 && keys) {
        const key = JSON.parse(text.slice(i, end)) as string
        if (keys.has(key)) return true
        keys.add(key)
      }
      i = end
      continue
    }
    i++
  }
  return false
}
