import type {Period} from './settings.js'

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z$/
const DAY_MS = 86_400_000

/**
 * The one index a record of this time lies in: with its id, the time names its place, so that `create` is unique.
 * `undefined` where the text is no UTC time that `date_nanos` can hold (1970 to 2261).
 */
export function indexFor(base: string, period: Period, time: string): string | undefined {
  const match = TIME.exec(time)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (year < 1970 || year > 2261 || hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  switch (period) {
    case 'none':
      return `${base}-all`
    case 'year':
      return `${base}-${time.slice(0, 4)}`
    case 'month':
      return `${base}-${time.slice(0, 7)}`
    case 'day':
      return `${base}-${time.slice(0, 10)}`
    case 'week':
      return `${base}-${isoWeek(date)}`
  }
}

/** `2026-w47`: weeks begin on Monday and belong to the year that holds their Thursday. */
function isoWeek(date: Date): string {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS)
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const week = 1 + Math.floor((thursday.getTime() - first) / DAY_MS / 7)
  return `${thursday.getUTCFullYear()}-w${String(week).padStart(2, '0')}`
}

/** Remembers the answers for the latest seconds: records come in runs of equal times. */
export function indexNamer(base: string, period: Period): (time: string) => string | undefined {
  let lastDay = ''
  let lastIndex: string | undefined
  return (time) => {
    // A time of the day last seen needs only its clock checked.
    if (lastIndex !== undefined && time.startsWith(lastDay) && CLOCK.test(time)) return lastIndex
    const index = indexFor(base, period, time)
    if (index !== undefined) {
      lastDay = time.slice(0, 11)
      lastIndex = index
    }
    return index
  }
}

const CLOCK = /^.{11}(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/
