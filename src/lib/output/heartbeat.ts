import type {Writable} from 'node:stream'
import type {Level} from '../record/level.js'
import {formatCount} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'

export interface Heartbeat {
  /** Something is about to be written: takes the line off the screen, and the quiet begins anew. */
  came(): void
  /** It has been written. */
  went(records: ReadonlyArray<{level?: Level}>): void
  /** Something else is about to be written on the screen: takes the line off it. */
  clear(): void
  /** Takes the line off the screen for good. */
  end(): void
}

export interface HeartbeatOptions {
  stream: Writable
  screen: Screen
  /** What is not shown yet; `undefined` where nobody can tell. */
  lag(): Promise<number | undefined>
  /** Milliseconds of a clock that never goes back. */
  now(): number
  quiet?: boolean
}

const LOOK_EVERY = 1_000
/** Seconds of quiet after which the line is written and written anew; past the last, every so many again. */
const BEATS = [10, 20, 30, 60, 120, 300]

/** Says on a terminal that nothing came for a while, on one line that rewrites itself; elsewhere all calls do nothing. */
export function heartbeat(options: HeartbeatOptions): Heartbeat {
  const {stream, screen, now, quiet} = options
  if (!screen.isTerminal || quiet) return {came() {}, went() {}, clear() {}, end() {}}
  const palette = paletteFor(screen.color)
  let since = now()
  let told = 0
  let shown = false
  let asking = false

  const look = async (): Promise<void> => {
    const began = since
    const seconds = Math.floor((now() - began) / 1_000)
    if (asking || seconds < nextBeat(told)) return
    asking = true
    const lag = await options.lag().catch(() => undefined)
    asking = false
    if (since !== began) return
    told = seconds
    shown = true
    stream.write(`\r${palette.dim(quietLine(seconds, lag))}\x1b[K`)
  }
  const timer = setInterval(() => void look(), LOOK_EVERY)
  timer.unref()

  const clear = (): void => {
    if (shown) stream.write('\r\x1b[K')
    shown = false
  }
  const came = (): void => {
    since = now()
    told = 0
    clear()
  }
  return {
    came,
    went() {},
    clear,
    end() {
      clearInterval(timer)
      came()
    },
  }
}

/** Seconds of quiet at which the line is due, when it was written last after `told`. */
export function nextBeat(told: number): number {
  const last = BEATS.at(-1) as number
  return BEATS.find((beat) => beat > told) ?? (Math.floor(told / last) + 1) * last
}

/** `── quiet for 2 min; lag 12,345 ──`; a lag nobody knows is left out. */
export function quietLine(seconds: number, lag: number | undefined): string {
  const span = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`
  return `── quiet for ${span}${lag === undefined ? '' : `; lag ${formatCount(lag)}`} ──`
}
