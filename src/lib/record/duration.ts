// How long something took, in milliseconds, from a value and the unit that stands in the value or in the field's name.

/** Milliseconds in one of each unit. */
const UNITS: Record<string, number> = {
  ns: 1e-6,
  nanos: 1e-6,
  nanoseconds: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  micros: 1e-3,
  microseconds: 1e-3,
  ms: 1,
  msec: 1,
  millis: 1,
  milliseconds: 1,
  millisecond: 1,
  s: 1e3,
  sec: 1e3,
  secs: 1e3,
  second: 1e3,
  seconds: 1e3,
  m: 6e4,
  min: 6e4,
  mins: 6e4,
  minutes: 6e4,
  h: 3.6e6,
  hr: 3.6e6,
  hours: 3.6e6,
  d: 8.64e7,
}

export type DurationUnit = 'ns' | 'us' | 'ms' | 's'

/** Milliseconds of `value` in `unit`, to a nanosecond; `undefined` for what is no length of time. */
export function durationOf(value: number, unit: DurationUnit): number | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined
  return unit === 'ms' ? value : round(value * (UNITS[unit] as number))
}

const PART = /(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]+)/gy

/**
 * Milliseconds of a text: `12ms`, `1.5 s`, Go's `1m2.5s`, `250µs`, `00:00:01.5`. A bare number has the unit of the
 * field's name; where that is unknown there is no duration.
 */
export function parseDuration(text: string, unit: DurationUnit | undefined): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > 40) return undefined
  if (/^\d+(?:\.\d+)?(?:e-?\d+)?$/.test(trimmed)) return unit && durationOf(Number(trimmed), unit)
  const clock = /^(\d{1,3}):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(trimmed)
  if (clock) return round((Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000)
  const lower = trimmed.toLowerCase()
  PART.lastIndex = 0
  let total = 0
  let end = 0
  for (let match = PART.exec(lower); match; match = PART.exec(lower)) {
    const factor = Object.hasOwn(UNITS, match[2] as string) ? UNITS[match[2] as string] : undefined
    if (factor === undefined) return undefined
    total += Number(match[1]) * factor
    end = PART.lastIndex
  }
  return end === lower.length ? round(total) : undefined
}

/** To a nanosecond; `undefined` where that is more than a number holds. */
function round(ms: number): number | undefined {
  const rounded = Math.round(ms * 1e6) / 1e6
  return Number.isFinite(rounded) ? rounded : undefined
}
