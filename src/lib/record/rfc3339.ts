// RFC 3339 in UTC, the one form in which times leave this room: written from seconds, or checked and given back.

/** The last whole second of Elasticsearch's date_nanos, 2262-04-11. */
export const LAST_SECOND = 9_223_372_036

/** `2026-11-20T10:00:00[.fraction]Z` needs no arithmetic: checked in place and given back. */
export function utcAsIs(text: string): string | undefined {
  const length = text.length
  if (length < 20 || length > 30 || text.charCodeAt(length - 1) !== 90 || text.charCodeAt(10) !== 84) return undefined
  const year = four(text, 0)
  const month = two(text, 5)
  const day = two(text, 8)
  // Negative parts (not a digit) fail the lower bounds.
  if (year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 || (day > 28 && day > daysIn(year, month)))
    return undefined
  const hour = two(text, 11)
  const minute = two(text, 14)
  const second = two(text, 17)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined
  if (length === 20) return `${text.slice(0, 19)}.000Z`
  if (text.charCodeAt(19) !== 46) return undefined
  for (let i = 20; i < length - 1; i++) if (!isDigit(text.charCodeAt(i))) return undefined
  if (length === 24 || length === 27 || length === 30) return text
  return `${text.slice(0, 20)}${threes(text.slice(20, length - 1))}Z`
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Two digits at `at` as a number, or a negative one. */
export function two(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48
  const b = text.charCodeAt(at + 1) - 48
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1
}

export function four(text: string, at: number): number {
  const a = two(text, at)
  const b = two(text, at + 2)
  return a < 0 || b < 0 ? -1 : a * 100 + b
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Fraction digits filled up to 3, 6 or 9; what a nanosecond cannot hold is cut. */
function threes(digits: string): string {
  if (digits.length > 9) return digits.slice(0, 9)
  return digits.padEnd(digits.length <= 3 ? 3 : digits.length <= 6 ? 6 : 9, '0')
}

/** Whole seconds and their fraction digits as RFC 3339. */
export function format(seconds: number, fraction: string): string | undefined {
  if (!(seconds >= 0 && seconds < LAST_SECOND)) return undefined
  if (seconds !== lastSeconds) {
    lastSeconds = seconds
    lastText = new Date(seconds * 1000).toISOString().slice(0, 20)
  }
  return `${lastText}${threes(fraction)}Z`
}

// Lines come in runs of the same second: its text is kept.
let lastSeconds = -1
let lastText = ''
