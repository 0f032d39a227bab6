// Times in the lake are milliseconds since 1970 and nanoseconds beyond them, in two columns (half the size of one
// of nanoseconds), beside the number of fraction digits given, so that a time comes back exactly as it went in.

export interface LakeTime {
  /** Milliseconds since 1970, rounded down. */
  ms: number
  /** Nanoseconds beyond `ms`, 0 to 999,999. */
  ns: number
  /** Fraction digits as given, 0 to 9. */
  digits: number
}

const ZERO = 48
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** Reads times of one shape quickly: neighbours mostly share their minute. */
export class TimeReader {
  #minute = ''
  #minuteMs = Number.NaN

  /** RFC 3339 in UTC (`…Z`) with up to nine fraction digits; `undefined` where it is none. */
  read(text: string): LakeTime | undefined {
    if (!TIME.test(text)) return undefined
    if (this.#minute === '' || !text.startsWith(this.#minute)) {
      this.#minute = text.slice(0, 17)
      this.#minuteMs = Date.parse(`${this.#minute}00Z`)
    }
    const seconds = (text.charCodeAt(17) - ZERO) * 10 + text.charCodeAt(18) - ZERO
    const digits = text.length === 20 ? 0 : text.length - 21
    let fraction = 0
    for (let i = 0; i < 9; i++) fraction = fraction * 10 + (i < digits ? text.charCodeAt(20 + i) - ZERO : 0)
    const ns = fraction % 1e6
    const ms = this.#minuteMs + seconds * 1_000 + (fraction - ns) / 1e6
    return Number.isNaN(ms) || seconds > 59 ? undefined : {ms, ns, digits}
  }
}

/** A moment: milliseconds since 1970 and nanoseconds beyond them. */
export type Bound = Pick<LakeTime, 'ms' | 'ns'>

export function compareBounds(a: Bound, b: Bound): number {
  return a.ms - b.ms || a.ns - b.ns
}

/** A bound of a search: any RFC 3339 time. */
export function readBound(text: string): Bound {
  const fraction = (/\.(\d+)/.exec(text)?.[1] ?? '').slice(0, 9).padEnd(9, '0')
  const seconds = Date.parse(text.replace(/\.\d+/, ''))
  if (Number.isNaN(seconds)) throw new RangeError(`"${text}" is no time`)
  return {ms: seconds + Number(fraction.slice(0, 3)), ns: Number(fraction.slice(3))}
}

/** Writes times; neighbours mostly share their second. */
export class TimeWriter {
  #second = Number.NaN
  #text = ''

  /** RFC 3339 in UTC with that many fraction digits. */
  write({ms, ns, digits}: LakeTime): string {
    const second = Math.floor(ms / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#text = new Date(second * 1_000).toISOString().slice(0, 19)
    }
    if (digits === 0) return `${this.#text}Z`
    const fraction = String((ms - second * 1_000) * 1e6 + ns).padStart(9, '0')
    return `${this.#text}.${fraction.slice(0, digits)}Z`
  }
}
