// When lines come: evenly, or as a shop's visitors do, few at night and most in the evening.

const HOUR_US = 3_600_000_000

/** Traffic by the hour of the day in UTC; their mean is 1. */
const HOURS = [4, 3, 2, 2, 2, 4, 8, 14, 20, 25, 28, 30, 32, 30, 28, 28, 30, 34, 42, 48, 46, 36, 20, 10].map(
  (weight, _, all) => (weight * all.length) / all.reduce((sum, one) => sum + one, 0),
)

/**
 * When an amount of the run's lines has been written, on a run whose lines are spread like a day's. Amounts must not fall
 * from call to call. Times are microseconds since 1970; a run with an end writes all of its lines until then.
 */
export class DailyPace {
  readonly #scale: number
  /** The stretch of an hour that we are in: when it began, and what had been written by then. */
  #from: number
  #before = 0

  /** @param length microseconds that the run would take evenly; Infinity for one without an end */
  constructor(start: number, length: number) {
    this.#from = start
    this.#scale = Number.isFinite(length) ? length / weightBetween(start, start + length) : 1
  }

  /** @param evenly how long it would take to write that much evenly, microseconds */
  at(evenly: number): number {
    for (;;) {
      const weight = weightAt(this.#from) * this.#scale
      const until = nextHour(this.#from)
      const written = this.#before + (until - this.#from) * weight
      if (evenly < written) return Math.floor(this.#from + (evenly - this.#before) / weight)
      this.#before = written
      this.#from = until
    }
  }
}

function weightAt(us: number): number {
  return HOURS[Math.floor(us / HOUR_US) % 24] as number
}

function nextHour(us: number): number {
  return (Math.floor(us / HOUR_US) + 1) * HOUR_US
}

function weightBetween(start: number, end: number): number {
  let sum = 0
  for (let from = start; from < end; from = nextHour(from))
    sum += (Math.min(nextHour(from), end) - from) * weightAt(from)
  return sum
}
