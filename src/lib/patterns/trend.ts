import {STRETCHES} from '../record/stretches.js'

/** Stretches that one trend holds while it is counted. */
const MOST_HELD = 128
/** Stretches that are shown. */
const MOST_SHOWN = 24

/** Stretches of equal length, the first of which begins at `start`; ms since 1970, in UTC. */
export interface TimeAxis {
  start: number
  interval: number
  cells: number
}

/** All times that were seen, and the length of the stretches they are counted in: one for all trends together. */
export class TimeScale {
  private first = Number.POSITIVE_INFINITY
  private last = Number.NEGATIVE_INFINITY
  private index = 0

  /** Length of a stretch, ms. */
  get step(): number {
    return STRETCHES[this.index] as number
  }

  see(ms: number): void {
    if (ms < this.first) this.first = ms
    if (ms > this.last) this.last = ms
    while ((this.last - this.first) / this.step > MOST_HELD && this.index < STRETCHES.length - 1) this.index++
  }

  /** The stretches to show; none where no time was seen. */
  axis(): TimeAxis {
    if (this.first > this.last) return {start: 0, interval: this.step, cells: 0}
    const cellsOf = (step: number) => Math.floor(this.last / step) - Math.floor(this.first / step) + 1
    const interval =
      STRETCHES.slice(this.index).find((step) => cellsOf(step) <= MOST_SHOWN) ?? (STRETCHES.at(-1) as number)
    return {start: Math.floor(this.first / interval) * interval, interval, cells: cellsOf(interval)}
  }
}

/** How many in each stretch of time. Holds at most about a hundred numbers, however long the time. */
export class Trend {
  private counts = new Map<number, number>()
  private step: number

  constructor(private readonly scale: TimeScale) {
    this.step = scale.step
  }

  /** The scale must have seen the time. */
  add(ms: number, count = 1): void {
    if (this.step !== this.scale.step) this.widen()
    const cell = Math.floor(ms / this.step)
    this.counts.set(cell, (this.counts.get(cell) ?? 0) + count)
  }

  merge(other: Trend): void {
    for (const [cell, count] of other.counts) this.add(cell * other.step, count)
  }

  countsOver({start, interval, cells}: TimeAxis): number[] {
    const counts = new Array<number>(cells).fill(0)
    for (const [cell, count] of this.counts) {
      const at = Math.floor((cell * this.step - start) / interval)
      counts[at] = (counts[at] ?? 0) + count
    }
    return counts
  }

  private widen(): void {
    const {counts, step} = this
    this.counts = new Map()
    this.step = this.scale.step
    for (const [cell, count] of counts) this.add(cell * step, count)
  }
}
