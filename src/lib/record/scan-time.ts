// The time at a place in a text, in every usual spelling; what follows it is left alone.
// Year-less times take their year, zone-less ones their zone, from the caller.

import {daysIn, format, four, isDigit, two} from './rfc3339.js'
import {timeFromDigits} from './timestamp-number.js'
import {ABBREVIATIONS, parseOffset, type Zone} from './zone.js'

export interface TimeContext {
  /** For times that name no zone. */
  zone: Zone
  /** Milliseconds since 1970 when the line was first seen: gives year-less times their year. */
  observedMs: number
}

/** A time found in a text, and the index after it. `time` is absent where the text has a time's shape but no valid one. */
export interface ScannedTime {
  time?: string
  end: number
}

const DAY = 86_400_000
const MONTHS = new Map(
  'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ').map((name, i) => [name, i + 1] as const),
)

/** The time that begins at `at`. */
export function scanTime(text: string, at: number, context: TimeContext): ScannedTime | undefined {
  const code = text.charCodeAt(at)
  if (!isDigit(code)) return code > 64 ? scanNamed(text, at, context) : undefined
  let digits = 1
  while (digits < 20 && isDigit(text.charCodeAt(at + digits))) digits++
  switch (digits) {
    case 4:
      return scanYearFirst(text, at, context)
    case 1:
    case 2:
      return scanDayOrMonthFirst(text, at, context)
    case 6:
      return scanCompactShort(text, at, context)
    case 8:
    case 14:
      return scanCompact(text, at, context)
    case 10:
    case 13:
    case 16:
    case 19:
      return scanEpoch(text, at, digits)
    default:
      return undefined
  }
}

interface Clock {
  hour: number
  minute: number
  second: number
  fraction: string
  /** Minutes east of UTC; absent where the text names no zone. */
  offset: number | undefined
  end: number
}

function finish(year: number, month: number, day: number, clock: Clock, context: TimeContext): ScannedTime {
  const {hour, minute, second, fraction, offset, end} = clock
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return {end}
  // 60 is a leap second: it becomes the next minute's first.
  if (hour > 23 || minute > 59 || second > 60 || year < 1000) return {end}
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  const utc = offset === undefined ? context.zone.toUtc(wall) : wall - offset * 60_000
  return {time: format(utc / 1000, fraction), end}
}

/** The latest year that puts a year-less time no more than a day after the line was seen. */
function yearOf(month: number, day: number, hour: number, context: TimeContext): number {
  const year = new Date(context.observedMs + DAY).getUTCFullYear() + 1
  for (let y = year; y > year - 10; y--) {
    if (day > daysIn(y, month)) continue
    if (context.zone.toUtc(Date.UTC(y, month - 1, day, hour)) <= context.observedMs + DAY) return y
  }
  return year - 1
}

function scanYearFirst(text: string, at: number, context: TimeContext): ScannedTime | undefined {
  const separator = text.charCodeAt(at + 4)
  if (separator !== 45 && separator !== 47 && separator !== 46) return undefined
  if (text.charCodeAt(at + 7) !== separator) return undefined
  const year = four(text, at)
  const month = two(text, at + 5)
  const day = two(text, at + 8)
  if (month < 0 || day < 0 || isDigit(text.charCodeAt(at + 10))) return undefined
  let next = at + 10
  const gap = text.charCodeAt(next)
  if (gap === 84 || gap === 116 || gap === 32 || gap === 95 || gap === 45 || gap === 58) {
    next++
    while (text.charCodeAt(next) === 32 && next < at + 13) next++
    const found = scanClock(text, next, year, month, day, context)
    if (found) return found
  }
  // A date alone is a time only where nothing follows it.
  if (at + 10 !== text.length) return undefined
  return finish(year, month, day, clockOf(0, 0, 0, at + 10), context)
}

/** `HH:MM[:SS[.fraction]] [AM|PM] [zone]` at `at`, on the given date. */
function scanClock(
  text: string,
  at: number,
  year: number,
  month: number,
  day: number,
  context: TimeContext,
): ScannedTime | undefined {
  const clock = clockAt(text, at)
  return clock && finish(year, month, day, clock, context)
}

function clockOf(hour: number, minute: number, second: number, end: number): Clock {
  return {hour, minute, second, fraction: '', offset: undefined, end}
}

function clockAt(text: string, at: number): Clock | undefined {
  let next = at
  const hourDigits = isDigit(text.charCodeAt(next + 1)) ? 2 : 1
  let hour = hourDigits === 2 ? two(text, next) : text.charCodeAt(next) - 48
  if (hour < 0 || hour > 29) return undefined
  next += hourDigits
  if (text.charCodeAt(next) !== 58) return undefined
  const minuteDigits = isDigit(text.charCodeAt(next + 2)) ? 2 : 1
  const minute = minuteDigits === 2 ? two(text, next + 1) : text.charCodeAt(next + 1) - 48
  if (!(minute >= 0 && minute <= 99)) return undefined
  next += 1 + minuteDigits
  let second = 0
  let fraction = ''
  if (text.charCodeAt(next) === 58 && isDigit(text.charCodeAt(next + 1))) {
    const secondDigits = isDigit(text.charCodeAt(next + 2)) ? 2 : 1
    second = secondDigits === 2 ? two(text, next + 1) : text.charCodeAt(next + 1) - 48
    next += 1 + secondDigits
    const mark = text.charCodeAt(next)
    if ((mark === 46 || mark === 44 || mark === 58) && isDigit(text.charCodeAt(next + 1))) {
      const start = ++next
      while (isDigit(text.charCodeAt(next))) next++
      // After a colon it is a count of milliseconds, not a fraction: `22:15:35:11` is 11 ms.
      fraction = mark === 58 ? text.slice(start, next).padStart(3, '0') : text.slice(start, next)
    }
  }
  if (isDigit(text.charCodeAt(next))) return undefined
  const half = hour <= 12 ? halfAt(text, next) : undefined
  if (half) {
    hour = (hour % 12) + (half.afternoon ? 12 : 0)
    next = half.end
  }
  const zone = zoneAt(text, next)
  return {hour, minute, second, fraction, offset: zone?.offset, end: zone?.end ?? next}
}

const HALF = / ?([AaPp])\.?[Mm]\.?(?![A-Za-z])/y

/** `AM` or `PM` after a clock time. */
function halfAt(text: string, at: number): {afternoon: boolean; end: number} | undefined {
  const code = text.charCodeAt(text.charCodeAt(at) === 32 ? at + 1 : at) | 32
  if (code !== 97 && code !== 112) return undefined
  const match = exec(HALF, text, at)
  return match ? {afternoon: code === 112, end: at + match[0].length} : undefined
}

/** The zone that follows a clock time, if one does. */
function zoneAt(text: string, at: number): {offset: number; end: number} | undefined {
  const code = text.charCodeAt(at)
  if ((code === 90 || code === 122) && !isWord(text.charCodeAt(at + 1))) return {offset: 0, end: at + 1}
  if (code === 43 || code === 45) return offsetAt(text, at, false)
  if (code !== 32) return undefined
  const next = text.charCodeAt(at + 1)
  if (next === 43 || next === 45) return offsetAt(text, at + 1, true)
  if (next < 65 || next > 90) return undefined
  let end = at + 2
  while (end < at + 7 && isWord(text.charCodeAt(end))) end++
  const minutes = end - at > 2 ? ABBREVIATIONS[text.slice(at + 1, end)] : undefined
  return minutes === undefined ? undefined : {offset: minutes, end}
}

function isWord(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
}

/** `+hh`, `+hhmm` or `+hh:mm`; after a space the two-digit form would be a number of its own. */
function offsetAt(text: string, at: number, spaced: boolean): {offset: number; end: number} | undefined {
  const hours = two(text, at + 1)
  if (hours < 0 || hours > 23) return undefined
  const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0
  const minutes = two(text, at + 3 + colon)
  if (minutes < 0 && (spaced || colon)) return undefined
  let end = minutes < 0 ? at + 3 : at + 5 + colon
  if (minutes > 59 || isDigit(text.charCodeAt(end))) return undefined
  const total = hours * 60 + Math.max(0, minutes)
  if (text.charCodeAt(end) === 91) {
    const zone = /^\[[A-Za-z_]+(?:\/[A-Za-z_+-]+)*\]/.exec(text.slice(end, end + 40))
    if (zone) end += zone[0].length
  }
  return {offset: text.charCodeAt(at) === 45 ? -total : total, end}
}

const DAY_MONTH_YEAR = /(\d{1,2})[ /-]([A-Za-z]{3})[a-z]*[ /-](\d{4})(?:,? +|[:T])(?=\d)/y
const DAY_MONTH = /(\d{1,2}) ([A-Za-z]{3}) (?=\d{1,2}:)/y
const MONTH_DAY = /(\d{2})-(\d{2}) +(?=\d{2}:\d{2}:)/y
const SHORT_YEAR = /(\d{2})\/(\d{2})\/(\d{2}) +(?=\d{1,2}:)/y
const NUMBERS_YEAR = /(\d{1,2})([/.-])(\d{1,2})\2(\d{4}),?[ T-]+(?=\d{1,2}:)/y

function exec(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function scanDayOrMonthFirst(text: string, at: number, context: TimeContext): ScannedTime | undefined {
  let match = exec(DAY_MONTH_YEAR, text, at)
  if (match) {
    const month = MONTHS.get((match[2] as string).toLowerCase())
    if (month === undefined) return undefined
    return scanClock(text, at + match[0].length, Number(match[3]), month, Number(match[1]), context)
  }
  match = exec(MONTH_DAY, text, at)
  if (match) return scanYearless(text, at + match[0].length, Number(match[1]), Number(match[2]), context)
  match = exec(SHORT_YEAR, text, at)
  if (match) {
    return scanClock(text, at + match[0].length, 2000 + Number(match[1]), Number(match[2]), Number(match[3]), context)
  }
  match = exec(DAY_MONTH, text, at)
  if (match) {
    const month = MONTHS.get((match[2] as string).toLowerCase())
    return month === undefined ? undefined : scanYearless(text, at + match[0].length, month, Number(match[1]), context)
  }
  match = exec(NUMBERS_YEAR, text, at)
  if (!match) return undefined
  const [first, second] = [Number(match[1]), Number(match[3])]
  // With dots the day comes first; with slashes the month (as in the US) unless it cannot.
  const dayFirst = match[2] !== '/' || first > 12
  const [month, day] = dayFirst ? [second, first] : [first, second]
  return scanClock(text, at + match[0].length, Number(match[4]), month as number, day as number, context)
}

function scanYearless(
  text: string,
  at: number,
  month: number,
  day: number,
  context: TimeContext,
): ScannedTime | undefined {
  const clock = clockAt(text, at)
  if (!clock) return undefined
  if (month < 1 || month > 12) return {end: clock.end}
  return finish(yearOf(month, day, clock.hour, context), month, day, clock, context)
}

/** `081109 203615`, `161209 14:18:50`. */
function scanCompactShort(text: string, at: number, context: TimeContext): ScannedTime | undefined {
  if (text.charCodeAt(at + 6) !== 32) return undefined
  const year = 2000 + two(text, at)
  const month = two(text, at + 2)
  const day = two(text, at + 4)
  let next = at + 7
  if (text.charCodeAt(next) === 32) next++
  if (/^\d{6}(?!\d)/.test(text.slice(next, next + 7))) {
    const clock = clockOf(two(text, next), two(text, next + 2), two(text, next + 4), next + 6)
    return finish(year, month, day, clock, context)
  }
  return scanClock(text, next, year, month, day, context)
}

/** `20171223-22:15:29:606`, `20260105T100000Z`, `20260105100000`. */
function scanCompact(text: string, at: number, context: TimeContext): ScannedTime | undefined {
  const year = four(text, at)
  const month = two(text, at + 4)
  const day = two(text, at + 6)
  if (year < 1970 || year > 2262 || month < 1 || month > 12) return undefined
  const mark = text.charCodeAt(at + 8)
  const packed = /^[T ]?(\d{2})(\d{2})(\d{2})(?:[.,](\d+))?/.exec(text.slice(at + 8, at + 30))
  if (packed && (isDigit(mark) || mark === 84)) {
    const end = at + 8 + packed[0].length
    const zone = zoneAt(text, end)
    const clock = clockOf(Number(packed[1]), Number(packed[2]), Number(packed[3]), zone?.end ?? end)
    clock.fraction = packed[4] ?? ''
    clock.offset = zone?.offset
    return isDigit(text.charCodeAt(clock.end)) ? undefined : finish(year, month, day, clock, context)
  }
  if (mark !== 32 && mark !== 45 && mark !== 84 && mark !== 95) return undefined
  return scanClock(text, at + 9, year, month, day, context)
}

function scanEpoch(text: string, at: number, digits: number): ScannedTime | undefined {
  let end = at + digits
  if (text.charCodeAt(end) === 46 && isDigit(text.charCodeAt(end + 1))) {
    end++
    while (isDigit(text.charCodeAt(end))) end++
  } else if (digits === 10 && !(at === 0 && end === text.length)) {
    // Ten bare digits in a line are as often a number of something.
    return undefined
  }
  if (isWord(text.charCodeAt(end))) return undefined
  const time = timeFromDigits(text.slice(at, end))
  return time === undefined ? undefined : {time, end}
}

const WEEKDAY = /(?:Mon|Tues?|Wed|Thu(?:rs)?|Fri|Sat|Sun)(?:day|nesday|urday)?,? +/y
const MONTH_FIRST =
  /(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.? +(\d{1,2})(?:,? +(\d{4}),?)? +(?=\d{1,2}:)/y
const YEAR_LAST = / +(?:([A-Z]{3,5}|[+-]\d{4}) )?(\d{4})(?!\d)/y

const YEAR_COLON = / ((?:19[7-9]|20\d)\d)(?=:)/y

/** Times that begin with the name of a weekday or a month. */
function scanNamed(text: string, at: number, context: TimeContext): ScannedTime | undefined {
  const weekday = exec(WEEKDAY, text, at)
  const start = weekday ? at + weekday[0].length : at
  if (weekday && isDigit(text.charCodeAt(start))) return scanTime(text, start, context)
  const match = exec(MONTH_FIRST, text, start)
  const month = match && MONTHS.get((match[1] as string).toLowerCase())
  if (!match || !month) return undefined
  const next = start + match[0].length
  const day = Number(match[2])
  if (match[3]) return scanClock(text, next, Number(match[3]), month, day, context)
  const clock = clockAt(text, next)
  if (!clock) return undefined
  // ctime puts the year last, sometimes after a zone: `Sun Dec 04 04:47:44 [UTC] 2005`. Syslog has none.
  const last = weekday ? exec(YEAR_LAST, text, clock.end) : null
  if (last) {
    if (last[1]) clock.offset ??= ABBREVIATIONS[last[1]] ?? parseOffset(last[1])
    clock.end += last[0].length
    return finish(Number(last[2]), month, day, clock, context)
  }
  // Cisco and others: `Jan  5 10:00:00 2026: …`.
  const after = exec(YEAR_COLON, text, clock.end)
  if (after) {
    clock.end += 5
    return finish(Number(after[1]), month, day, clock, context)
  }
  return scanYearless(text, next, month, day, context)
}
