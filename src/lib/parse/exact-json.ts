// JSON as it stands in logs: what JSON.parse would change in silence (integers a double cannot hold, keys given twice)
// is found by a scan, which runs only where a cheap look says that it may find something.

/** More nesting than this is no log record; deep nesting would also overflow the stack of whoever prints it. */
export const MAX_DEPTH = 100

export interface ExactJson {
  value: Record<string, unknown>
  /** A key came twice: the last value won, the others are lost. */
  duplicates: boolean
}

/** Digits, with a point among them perhaps, that a double may not hold all of. */
const LONG_NUMBER = 16

/** The object that `text` is, or `undefined`: no JSON, no object, or nested too deep. */
export function parseExactJson(text: string): ExactJson | undefined {
  let value = parse(hasLongNumber(text) ? quoteLarge(text) : text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  let keys = countKeys(value, 0)
  if (Number.isNaN(keys)) {
    value = parse(quoteLarge(text)) as object
    keys = countKeys(value as object, 0)
  }
  if (keys < 0) return undefined
  return {value: value as Record<string, unknown>, duplicates: countColons(text) !== keys && hasDuplicates(text)}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Whether digits and points stand LONG_NUMBER in a row somewhere, also within a string. Every such run covers a place
 * that is looked at.
 */
function hasLongNumber(text: string): boolean {
  for (let at = LONG_NUMBER - 1; at < text.length; at += LONG_NUMBER) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue
    let from = at
    let to = at
    while (isDigitOrPoint(text.charCodeAt(from - 1))) from--
    while (isDigitOrPoint(text.charCodeAt(to + 1))) to++
    if (to - from + 1 >= LONG_NUMBER) return true
  }
  return false
}

function isDigitOrPoint(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46
}

/** Keys of a value and all within it; negative where it is nested too deep, NaN where a number is beyond doubles. */
function countKeys(value: object, depth: number): number {
  if (depth > MAX_DEPTH) return Number.NEGATIVE_INFINITY
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'object' && item !== null) count += countKeys(item, depth + 1)
      else if (item === Infinity || item === -Infinity) return Number.NaN
    }
    return count
  }
  const object = value as Record<string, unknown>
  for (const key in object) {
    count++
    const item = object[key]
    if (typeof item === 'object' && item !== null) count += countKeys(item, depth + 1)
    else if (item === Infinity || item === -Infinity) return Number.NaN
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
