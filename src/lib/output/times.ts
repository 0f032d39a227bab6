import {LOCAL, type Zone} from '../record/zone.js'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `09:41:07.118`, in this machine's zone unless told; a time that is none is shown as it is written. */
export function formatTime(timestamp: string, zone: Zone = LOCAL): string {
  const ms = Date.parse(timestamp)
  return Number.isNaN(ms) ? timestamp : wallClock(ms, zone).toISOString().slice(-13, -1)
}

/** `Sat 21 Nov`, with the year where it is not the year of `now` (ms since 1970). */
export function formatDate(timestamp: string, now: number, zone: Zone = LOCAL): string {
  const ms = Date.parse(timestamp)
  if (Number.isNaN(ms)) return 'no date'
  const date = wallClock(ms, zone)
  const text = `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
  const year = date.getUTCFullYear()
  return year === wallClock(now, zone).getUTCFullYear() ? text : `${text} ${year}`
}

/** What the clocks of a zone show, as if it were UTC. */
function wallClock(ms: number, zone: Zone): Date {
  return new Date(ms + zone.offsetAt(ms))
}
