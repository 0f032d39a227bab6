// A moment as people type it, for --since, --until and times in queries. Files beside: time-span.ts, time-day.ts and
// time-clock.ts. What may mean two things is refused with what to type instead.

import {LogflowError} from '../errors/logflow-error.js'
import {daysIn, format} from '../record/rfc3339.js'
import {parseTime as parseLogTime} from '../record/timestamp.js'
import {timeFromDigits} from '../record/timestamp-number.js'
import {LOCAL, type Zone, zoneOf} from '../record/zone.js'
import {readClock} from './time-clock.js'
import {addDays, type Day, dayOf, isoDay, NoDay, readDay} from './time-day.js'
import {readSpan, type Span} from './time-span.js'

export {parseSpan} from './time-span.js'

/**
 * A moment, as RFC 3339 in UTC: a span before `now` (`15m`, `2 hours ago`, `now-1h`), a day (its first moment), a time
 * of day (today's), both, a time as logs write it, or a number since 1970 in s, ms, µs or ns, told by its digits.
 * Fractions of typed times are kept to the nanosecond.
 * @param zone what days and times without a zone are meant in
 */
export function parseTime(text: string, now: Date, zone: Zone = LOCAL): string {
  const typed = text.trim().replace(/\s+/g, ' ')
  try {
    return relativeTime(typed, now, zone) ?? numericTime(typed) ?? namedTime(typed, now, zone) ?? fail(typed)
  } catch (error) {
    if (!(error instanceof NoDay)) throw error
    throw noTime(text, error.message, error.instead)
  }
}

const RELATIVE = /^now((?: ?[+-] ?[\d.]+ ?[a-z]+)*)(?:\/([smhdwMy]))?$/i

function relativeTime(typed: string, now: Date, zone: Zone): string | undefined {
  const lower = typed.toLowerCase()
  const math = RELATIVE.exec(typed)
  if (math) return dateMath(math[1] as string, math[2], now, zone)
  const ahead = /^in (.+)$/.exec(lower)?.[1] ?? /^(.+) from now$/.exec(lower)?.[1]
  const span = readSpan(ahead ?? typed.replace(/^-/, '').replace(/ ago$/i, ''))
  return span && iso(moved(now.getTime(), span, ahead === undefined ? -1 : 1, zone))
}

/** `now-1d/d`: as Elasticsearch and Grafana have it, `M` a month, `/d` down to the beginning of the day. */
function dateMath(steps: string, unit: string | undefined, now: Date, zone: Zone): string {
  let ms = now.getTime()
  for (const [, sign, amount = ''] of steps.matchAll(/([+-]) ?([\d.]+ ?[a-z]+)/gi)) {
    const span = readSpan(amount.replace(/M$/, 'mo'))
    if (!span) throw new NoDay(`"${amount}" is no length of time`, 'now-15m')
    ms = moved(ms, span, sign === '-' ? -1 : 1, zone)
  }
  return iso(unit === undefined ? ms : roundDown(ms, unit, zone))
}

function moved(from: number, {ms, months}: Span, sign: 1 | -1, zone: Zone): number {
  if (months === 0) return from + sign * ms
  const wall = from + zone.offsetAt(from)
  const {year, month, day} = dayOf(wall)
  const count = year * 12 + month - 1 + sign * months
  const target = {year: Math.floor(count / 12), month: (count % 12) + 1}
  const clipped = Math.min(day, daysIn(target.year, target.month))
  const timeOfDay = wall - Date.UTC(year, month - 1, day)
  return zone.toUtc(Date.UTC(target.year, target.month - 1, clipped) + timeOfDay) + sign * ms
}

function roundDown(ms: number, unit: string, zone: Zone): number {
  const wall = ms + zone.offsetAt(ms)
  const day = dayOf(wall)
  const size = {s: 1_000, m: 60_000, h: 3_600_000}[unit]
  if (size !== undefined) return ms - (((wall % size) + size) % size)
  if (unit === 'd') return firstMoment(day, zone)
  if (unit === 'M') return firstMoment({...day, day: 1}, zone)
  if (unit === 'y') return firstMoment({year: day.year, month: 1, day: 1}, zone)
  return firstMoment(addDays(day, -((new Date(wall).getUTCDay() + 6) % 7)), zone)
}

function firstMoment({year, month, day}: Day, zone: Zone): number {
  return zone.toUtc(Date.UTC(year, month - 1, day))
}

function numericTime(typed: string): string | undefined {
  const [, at, digits, fraction] = /^(@?)(\d+)(?:\.(\d+))?$/.exec(typed) ?? []
  if (digits === undefined) return undefined
  if (at && digits.length <= 10) return format(Number(digits), fraction ?? '') ?? undefined
  if ([10, 13, 16, 19].includes(digits.length)) return timeFromDigits(typed.replace('@', ''))
  if (digits.length === 9) return timeFromDigits(typed.replace('@', ''))
  if (digits.length === 8 || digits.length === 14 || fraction !== undefined) return undefined
  if (digits.length === 4)
    throw new NoDay('it may be a year or a time of day', `${digits}-01-01, or ${digits.slice(0, 2)}:${digits.slice(2)}`)
  if (digits.length < 4) throw new NoDay('a number needs a unit', `${digits}m for minutes, ${digits}h for hours`)
  throw new NoDay('a number since 1970 has 10 digits for s, 13 for ms, 16 for µs, 19 for ns')
}

/** A day, a time of day, or both, in any order; then whatever log lines use. */
function namedTime(typed: string, now: Date, zone: Zone): string | undefined {
  const plain = typed
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/ ?\([^)]*\)$/, '')
    .replace(/\bat\b ?/i, '')
  if (/\bmidnight\b/i.test(plain)) throw new NoDay('a day has two', 'today, or tomorrow')
  const clock = readClock(plain)
  if (clock === 'invalid') throw new NoDay('there is no such time of day', '14:30, or 2:30 pm')
  const meant = clock?.zone === undefined ? zone : zoneOf(clock.zone)
  const today = dayOf(now.getTime() + meant.offsetAt(now.getTime()))
  const dayText = clock ? clock.rest : plain
  const day = dayText === '' && clock ? today : readDay(dayText, today, clock === undefined)
  if (!day) return parseLogTime(typed, {zone, observedMs: now.getTime()})
  if (!clock) return iso(firstMoment(day, zone))
  const wall = Date.UTC(day.year, day.month - 1, day.day) + clock.seconds * 1_000
  const time = format(instantOf(wall, day, meant) / 1_000, clock.fraction)
  if (time === undefined) throw new NoDay('it is before 1970 or after 2262')
  return time
}

const HALF_DAY = 43_200_000

/** The instant of a wall-clock time that exists, once. */
function instantOf(wall: number, day: Day, zone: Zone): number {
  const ms = zone.toUtc(wall)
  const [before, after] = [zone.offsetAt(ms - HALF_DAY), zone.offsetAt(ms + HALF_DAY)]
  if (before === after) return ms
  const clock = new Date(wall).toISOString().slice(11, 19)
  if (ms + zone.offsetAt(ms) !== wall) throw new NoDay('the clocks leave it out on that day')
  const other = wall - after
  if (other !== ms && other + zone.offsetAt(other) === wall) {
    const [first, second] = [before, after].map((offset) => `"${isoDay(day)} ${clock}${offsetText(offset)}"`)
    throw new NoDay('the clocks show it twice on that day', `${first}, or ${second}`)
  }
  return ms
}

function offsetText(ms: number): string {
  const minutes = Math.abs(ms) / 60_000
  return `${ms < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

function iso(ms: number): string {
  if (!(ms >= 0 && ms < 9_223_372_036_000)) throw new NoDay('it is before 1970 or after 2262')
  return new Date(ms).toISOString()
}

function fail(typed: string): never {
  if (/^\d+(\.\d+)?M$/.test(typed)) {
    const amount = typed.slice(0, -1)
    throw new NoDay('M may be minutes or months', `${amount}m, or ${amount}mo`)
  }
  throw noTime(typed)
}

function noTime(text: string, why?: string, instead?: string): LogflowError {
  return new LogflowError('USAGE', `${JSON.stringify(text)} is no time${why === undefined ? '' : `: ${why}`}`, {
    suggestions: [
      instead === undefined
        ? 'Use a span such as 15m or 2h, yesterday, "yesterday 14:00", 14:30, 2026-11-21, or 2026-11-21T09:41:07Z'
        : `Write ${instead}`,
    ],
  })
}
