// Times that are numbers: seconds, milli-, micro- or nanoseconds since 1970, told apart by their size.

import {format, LAST_SECOND} from './rfc3339.js'

/** A number as a time: the unit is told by its size (seconds below 1e11, then milli-, micro- and nanoseconds). */
export function timeFromNumber(value: number): string | undefined {
  // Below 1973 such numbers are counters and durations that happen to be called `time`.
  if (!(value >= 1e8 && value < 1e19)) return undefined
  if (Number.isInteger(value) && value >= 1e11 && value < 1e14) {
    return value < LAST_SECOND * 1000 ? new Date(value).toISOString() : undefined
  }
  return timeFromDigits(value < 1e16 ? String(value) : BigInt(Math.trunc(value)).toString())
}

/** As {@link timeFromNumber}, from decimal digits with or without a fraction, exact to the nanosecond. */
export function timeFromDigits(text: string): string | undefined {
  const match = /^(\d{9,19})(?:\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const whole = match[1] as string
  const value = Number(whole)
  if (value < 1e8) return undefined
  const power = value < 1e11 ? 0 : value < 1e14 ? 3 : value < 1e17 ? 6 : 9
  const cut = whole.length - power
  return format(Number(whole.slice(0, cut)), trimZeros(whole.slice(cut) + (match[2] ?? ''), power))
}

/** Zeros after the unit's own digits say nothing: `1700000000.0` is a whole second. */
function trimZeros(digits: string, keep: number): string {
  let end = digits.length
  while (end > keep && digits.charCodeAt(end - 1) === 48) end--
  return digits.slice(0, end)
}

/** Seconds and nanoseconds apart, as log4j's `instant` has them. */
export function timeFromParts(seconds: number, nanos: number): string | undefined {
  if (!Number.isInteger(seconds) || !Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) return undefined
  return format(seconds, trimZeros(String(nanos).padStart(9, '0'), 3))
}
