const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const two = (value: number) => (value < 10 ? `0${value}` : String(value))
const three = (value: number) => (value < 10 ? `00${value}` : value < 100 ? `0${value}` : String(value))

/** `09:41:07.118`, local unless `utc`; a time that is none is shown as it is written. */
export function formatTime(timestamp: string, utc = false): string {
  const date = new Date(timestamp)
  if (Number.isNaN(date.getTime())) return timestamp
  if (utc) return date.toISOString().slice(-13, -1)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`
}

/** `Sat 21 Nov`, with the year where it is not the year of `now` (ms since 1970). */
export function formatDate(timestamp: string, now: number, utc = false): string {
  const date = new Date(timestamp)
  if (Number.isNaN(date.getTime())) return 'no date'
  const {day, month, weekday, year} = partsOf(date, utc)
  const text = `${DAYS[weekday]} ${day} ${MONTHS[month]}`
  return year === partsOf(new Date(now), utc).year ? text : `${text} ${year}`
}

function partsOf(date: Date, utc: boolean) {
  return utc
    ? {day: date.getUTCDate(), month: date.getUTCMonth(), weekday: date.getUTCDay(), year: date.getUTCFullYear()}
    : {day: date.getDate(), month: date.getMonth(), weekday: date.getDay(), year: date.getFullYear()}
}
