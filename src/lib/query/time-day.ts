// Days as people type them: today, last monday, 2026-11-21, 21 Nov, Nov 21 2026, 21/Nov/2026, 2026-11 (its first day).

import {daysIn} from '../record/rfc3339.js'

export interface Day {
  year: number
  /** 1 to 12. */
  month: number
  day: number
}

/** Why a text is no day, and what to type instead. */
export class NoDay extends Error {
  constructor(
    reason: string,
    readonly instead?: string,
  ) {
    super(reason)
  }
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const DAY_MS = 86_400_000

/**
 * The day that a text names, seen from `today`; `undefined` where the text is no day. A day without a year is the
 * latest that lies no more than a day ahead, as in logs.
 * @param alone nothing else was typed: only then is a month a day, its first
 */
export function readDay(text: string, today: Day, alone: boolean): Day | undefined {
  const typed = text.toLowerCase().replace(/,/g, ' ').replace(/\s+/g, ' ').trim()
  const named = namedDay(typed, today)
  if (named) return named
  const weekday = /^([a-z]{3,9})\.? (?=\S)/.exec(typed)
  const wanted = weekday ? nameIn(WEEKDAYS, weekday[1] as string) : -1
  const date = wanted === -1 ? typed : typed.slice((weekday as RegExpExecArray)[0].length)
  const day = readDate(date, today, alone)
  if (!day) return undefined
  if (day.day < 1 || day.month < 1 || day.month > 12 || day.day > daysIn(day.year, day.month))
    throw new NoDay('there is no such day')
  if (wanted !== -1 && weekdayOf(day) !== wanted) {
    const real = WEEKDAYS[weekdayOf(day)] as string
    throw new NoDay(`${isoDay(day)} is a ${real[0]?.toUpperCase()}${real.slice(1)}`, isoDay(day))
  }
  return day
}

/** `2026-11-21`. */
export function isoDay({year, month, day}: Day): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** So many days later. */
export function addDays({year, month, day}: Day, days: number): Day {
  return dayOf(Date.UTC(year, month - 1, day) + days * DAY_MS)
}

/** The day of a wall-clock time (milliseconds as if it were UTC). */
export function dayOf(wallMs: number): Day {
  const date = new Date(wallMs)
  return {year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate()}
}

function namedDay(typed: string, today: Day): Day | undefined {
  if (typed === 'today') return today
  if (typed === 'yesterday') return addDays(today, -1)
  if (typed === 'tomorrow') return addDays(today, 1)
  if (typed === 'this month') return {...today, day: 1}
  if (typed === 'this year') return {year: today.year, month: 1, day: 1}
  const [, how, name = ''] = /^(last |this |next )?([a-z]+)$/.exec(typed) ?? []
  const weekday = nameIn(WEEKDAYS, name)
  if (weekday !== -1) {
    const back = (weekdayOf(today) - weekday + 7) % 7
    if (how === undefined) return addDays(today, -back)
    if (how === 'last ') return addDays(today, -(back || 7))
    throw new NoDay('it may mean more than one day', isoDay(addDays(today, (7 - back) % 7)))
  }
  if (how === 'last ' && name === 'week') throw new NoDay('it may mean two things', '7d, or last monday')
  if (how === 'last ' && name === 'month')
    throw new NoDay('it may mean two things', `30d, or ${isoDay(addDays({...today, day: 1}, -1)).slice(0, 7)}`)
  if (how === 'last ' && name === 'year') throw new NoDay('it may mean two things', `1y, or ${today.year - 1}-01-01`)
  if (how === 'this ' && name === 'week')
    throw new NoDay('weeks begin on Sunday here and on Monday there', 'monday, or sunday')
  if (nameIn(MONTHS, name) !== -1) throw new NoDay('it names no year', lastMonth(nameIn(MONTHS, name) + 1, today))
  return undefined
}

function readDate(typed: string, today: Day, alone: boolean): Day | undefined {
  const iso = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(typed) ?? /^(\d{4})()(\d\d)(\d\d)$/.exec(typed)
  if (iso) return {year: Number(iso[1]), month: Number(iso[3]), day: Number(iso[4])}
  const month = /^(\d{4})-(\d\d)$/.exec(typed)
  if (month && alone) return {year: Number(month[1]), month: Number(month[2]), day: 1}
  const week = /^(\d{4})-?w(\d\d)(?:-?(\d))?$/.exec(typed)
  if (week) {
    const monday = addDays(firstWeek(Number(week[1])), (Number(week[2]) - 1) * 7 + Number(week[3] ?? 1) - 1)
    throw new NoDay('weeks by number are not understood', isoDay(monday))
  }
  const numbers = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/.exec(typed)
  if (numbers) return fromNumbers(Number(numbers[1]), numbers[2] as string, Number(numbers[3]), Number(numbers[4]))
  if (/^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}$/.test(typed))
    throw new NoDay('which number is the year is not clear', '2026-11-21')
  return withMonthName(typed, today, alone)
}

/** `21.11.2026` is day first wherever it is written; with other marks only where it can be nothing else. */
function fromNumbers(first: number, mark: string, second: number, year: number): Day {
  const dayFirst = {year, month: second, day: first}
  const monthFirst = {year, month: first, day: second}
  if (mark === '.' || first > 12 || first === second) return dayFirst
  if (second > 12) return monthFirst
  throw new NoDay('which number is the month is not clear', `${isoDay(monthFirst)}, or ${isoDay(dayFirst)}`)
}

/** `21 nov`, `nov 21 2026`, `21/nov/2026`, `nov 2026`. */
function withMonthName(typed: string, today: Day, alone: boolean): Day | undefined {
  const parts = typed.split(/[ /-]/)
  const at = parts.findIndex((part) => nameIn(MONTHS, part.replace(/\.$/, '')) !== -1)
  if (at === -1 || at > 1 || parts.length < 2 || parts.length > 3) return undefined
  const month = nameIn(MONTHS, (parts[at] as string).replace(/\.$/, '')) + 1
  const rest = parts.filter((_, index) => index !== at)
  if (rest.length === 1 && /^\d{4}$/.test(rest[0] as string) && alone && at === 0)
    return {year: Number(rest[0]), month, day: 1}
  const day = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(rest[0] as string)
  if (!day) return undefined
  if (rest.length === 2) {
    return /^\d{4}$/.test(rest[1] as string) ? {year: Number(rest[1]), month, day: Number(day[1])} : undefined
  }
  return {year: latestYear(month, Number(day[1]), today), month, day: Number(day[1])}
}

function latestYear(month: number, day: number, today: Day): number {
  const limit = isoDay(addDays(today, 1))
  for (let year = today.year + 1; year > today.year - 9; year--) {
    if (day <= daysIn(year, month) && isoDay({year, month, day}) <= limit) return year
  }
  return today.year
}

function lastMonth(month: number, today: Day): string {
  return isoDay({year: month > today.month ? today.year - 1 : today.year, month, day: 1}).slice(0, 7)
}

/** Monday of the first week of a year: the one with 4 January in it (ISO 8601). */
function firstWeek(year: number): Day {
  const fourth = {year, month: 1, day: 4}
  return addDays(fourth, -((weekdayOf(fourth) + 6) % 7))
}

function weekdayOf({year, month, day}: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay()
}

/** Place of a name, or of its three letters or more, in a list; -1 where it is none. */
function nameIn(names: readonly string[], typed: string): number {
  return typed.length < 3 ? -1 : names.findIndex((name) => name.startsWith(typed))
}
