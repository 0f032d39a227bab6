// Wall-clock times to UTC for one zone: an IANA name or a fixed offset. Offsets come from the runtime's own zone data,
// asked once a UTC day and kept, so that a line in a known day costs two look-ups in a Map.

const DAY = 86_400_000

/** A zone: `toUtc` takes wall-clock milliseconds (as if they were UTC) and gives the instant. */
export interface Zone {
  /**
   * A time that a change of offset skips moves forward by the length of the gap; one that happens twice is the first
   * of the two (both as in java.time).
   */
  toUtc(wallMs: number): number
  /** Milliseconds east of UTC at an instant. */
  offsetAt(utcMs: number): number
}

export const UTC: Zone = fixedZone(0)

/** The zone of this machine, as the runtime has it (`TZ`). */
export const LOCAL: Zone = {
  toUtc(wallMs) {
    const wall = new Date(wallMs)
    const day = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()] as const
    const seconds = wall.getUTCSeconds()
    return new Date(...day, wall.getUTCHours(), wall.getUTCMinutes(), seconds, wall.getUTCMilliseconds()).getTime()
  },
  offsetAt: (utcMs) => -new Date(utcMs).getTimezoneOffset() * 60_000,
}

function fixedZone(offset: number): Zone {
  return {toUtc: (wallMs) => wallMs - offset, offsetAt: () => offset}
}

const zones = new Map<string, Zone>()

/** The zone of a name (`Europe/Berlin`, `UTC`, `+02:00`, `-0330`); UTC where the name is none. */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name)
  if (!zone) {
    zone = makeZone(name)
    if (zones.size < 1000) zones.set(name, zone)
  }
  return zone
}

/** True for a name that {@link zoneOf} knows. */
export function isZone(name: string): boolean {
  return parseOffset(name) !== undefined || formatterOf(name) !== undefined
}

/** Minutes east of UTC of `Z`, `+02:00`, `-0330`, `+2`, `UTC`, or `undefined`. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z' || text === 'UTC' || text === 'GMT') return 0
  const match = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(text)
  if (!match) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (minutes > 18 * 60 || Number(match[3] ?? 0) > 59) return undefined
  return match[1] === '-' ? -minutes : minutes
}

function makeZone(name: string): Zone {
  const minutes = parseOffset(name)
  if (minutes === 0) return UTC
  if (minutes !== undefined) return fixedZone(minutes * 60_000)
  const formatter = formatterOf(name)
  return formatter ? new NamedZone(formatter) : UTC
}

function formatterOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
}

/** Offsets of one UTC day: `first` up to `change`, `last` from there. */
interface OffsetDay {
  first: number
  last: number
  change: number
}

class NamedZone implements Zone {
  private readonly days = new Map<number, OffsetDay>()

  constructor(private readonly formatter: Intl.DateTimeFormat) {}

  toUtc(wallMs: number): number {
    const before = this.offsetAt(wallMs - DAY)
    const after = this.offsetAt(wallMs + DAY)
    if (before === after) return wallMs - before
    const early = wallMs - before
    if (this.offsetAt(early) === before) return early
    const late = wallMs - after
    return this.offsetAt(late) === after ? late : early
  }

  offsetAt(utcMs: number): number {
    const day = Math.floor(utcMs / DAY)
    let known = this.days.get(day)
    if (!known) {
      known = this.readDay(day * DAY)
      if (this.days.size > 20_000) this.days.clear()
      this.days.set(day, known)
    }
    return utcMs < known.change ? known.first : known.last
  }

  private readDay(start: number): OffsetDay {
    const first = this.askOffset(start)
    const last = this.askOffset(start + DAY - 1000)
    if (first === last) return {first, last, change: start}
    let low = start
    let high = start + DAY - 1000
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      if (this.askOffset(middle) === first) low = middle
      else high = middle
    }
    return {first, last, change: high}
  }

  private askOffset(utcMs: number): number {
    const part: Record<string, number> = {}
    let era = 1
    for (const {type, value} of this.formatter.formatToParts(utcMs)) {
      if (type === 'era') era = value.startsWith('B') ? -1 : 1
      else part[type] = Number(value)
    }
    const {year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0} = part
    const wall = Date.UTC(era < 0 ? 1 - year : year, month - 1, day, hour, minute, second)
    return wall - Math.floor(utcMs / 1000) * 1000
  }
}

/** Zone abbreviations seen in logs, as minutes east of UTC. Ambiguous ones (IST, AST, …) are left out but for US and EU use. */
export const ABBREVIATIONS: Record<string, number> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  CET: 60,
  CEST: 120,
  MEZ: 60,
  MESZ: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  ACST: 570,
  AWST: 480,
  NZST: 720,
  NZDT: 780,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  AKST: -540,
  AKDT: -480,
  HST: -600,
}
