import {LogflowError} from '../errors/logflow-error.js'

const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/**
 * A moment as people type it for --since and --until, as RFC 3339 in UTC. Understands a span before `now` (`15m`,
 * `1h30m`, `2d`), `now`, `today` and `yesterday` (their first moment, local time), a date or a date and time
 * (local unless it names a zone; fractions to the nanosecond are kept), and seconds since 1970 (`@1763715600`).
 */
export function parseTime(text: string, now: Date): string {
  const typed = text.trim()
  const span = parseSpan(typed)
  if (span !== undefined) return new Date(now.getTime() - span).toISOString()
  const named = namedTime(typed.toLowerCase(), now)
  if (named) return named.toISOString()
  const epoch = /^@?(\d{9,10})(?:\.(\d{1,9}))?$/.exec(typed)
  if (epoch) return withFraction(new Date(Number(epoch[1]) * 1_000), epoch[2])
  return dateTime(typed) ?? fail(text)
}

/** A length of time such as `15m`, `1h30m` or `250ms`, in milliseconds; `undefined` where it is none. */
export function parseSpan(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g))
    total += Number(amount) * (UNIT_MS[unit as string] as number)
  return total
}

function namedTime(name: string, now: Date): Date | undefined {
  if (name === 'now') return now
  if (name !== 'today' && name !== 'yesterday') return undefined
  const day = new Date(now)
  day.setHours(0, 0, 0, 0)
  if (name === 'yesterday') day.setDate(day.getDate() - 1)
  return day
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

function dateTime(text: string): string | undefined {
  const match = DATE_TIME.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const real = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  if (!real) return undefined
  const zone = match[8]
  if (!zone) return withFraction(new Date(year, month - 1, day, hour, minute, second), match[7])
  return withFraction(new Date(utc.getTime() - zoneMs(zone)), match[7])
}

/** Offset east of UTC in milliseconds of `Z`, `+02:00` or `+0200`. */
function zoneMs(zone: string): number {
  if (/^z$/i.test(zone)) return 0
  const digits = zone.replace(/\D/g, '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000
}

function withFraction(second: Date, fraction = ''): string {
  const digits = fraction.padEnd(3, '0')
  return second.toISOString().replace(/\.\d{3}Z$/, `.${digits}Z`)
}

function fail(text: string): never {
  throw new LogflowError('USAGE', `"${text}" is no time`, {
    suggestions: ['Use a span such as 15m, 2h or 1d, yesterday, 2026-11-21, or 2026-11-21T09:41:07Z'],
  })
}
