import type {Writable} from 'node:stream'
import {formatBytes, formatBytesOf, formatClock, formatCount} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'
import {cutTo, textWidth} from './text-width.js'

export interface ProgressState {
  /** Bytes read. */
  bytes: number
  /** Bytes there are; absent where nobody knows (stdin). */
  totalBytes?: number
  lines: number
}

export interface ProgressBar {
  /** Shows where things stand; cheap to call often. */
  update(state: ProgressState): void
  /** Takes the bar off the screen. Call it before anything else is written to the stream. */
  end(): void
}

export interface ProgressOptions {
  stream: Writable
  screen: Screen
  /** What is under way: one word. */
  label: string
  /** Milliseconds of a clock that never goes back. */
  now(): number
  quiet?: boolean
}

const FRAME_EVERY = 100
/** Columns of the bar: it gives way to the figures on a narrow screen. */
const BAR_WIDTH = {least: 5, most: 30}
/** Rates and times left are of this many ms past, so that they follow what happens. */
const RATE_OVER = 5_000

/** A bar on one line, for terminals only: elsewhere, and when quiet, all calls do nothing. */
export function progressBar({stream, screen, label, now, quiet}: ProgressOptions): ProgressBar {
  if (!screen.isTerminal || quiet) return {update() {}, end() {}}
  const palette = paletteFor(screen.color)
  const began = now()
  const past: Array<{at: number; state: ProgressState}> = [{at: began, state: {bytes: 0, lines: 0}}]
  let shownAt = Number.NEGATIVE_INFINITY
  let shown = false

  return {
    update(state) {
      const at = now()
      if (at - shownAt < FRAME_EVERY) return
      shownAt = at
      past.push({at, state: {...state}})
      while (past.length > 2 && at - (past[0] as {at: number}).at > RATE_OVER) past.shift()
      const line = progressLine(label, state, past, palette.good, screen.width - 1)
      shown = true
      stream.write(`\r${cutLine(line, screen.width - 1)}\x1b[K`)
    },
    end() {
      if (shown) stream.write('\r\x1b[K')
      shown = false
    },
  }
}

function progressLine(
  label: string,
  state: ProgressState,
  past: ReadonlyArray<{at: number; state: ProgressState}>,
  paint: (text: string) => string,
  width: number,
): {plain: string; painted: string} {
  const first = past[0] as {at: number; state: ProgressState}
  const last = past.at(-1) as {at: number; state: ProgressState}
  const span = Math.max(1, last.at - first.at)
  const linesRate = ((last.state.lines - first.state.lines) / span) * 1000
  const bytesRate = ((last.state.bytes - first.state.bytes) / span) * 1000
  const rate = `${formatCount(linesRate)} lines/s`
  const {totalBytes} = state
  if (!totalBytes) {
    const plain = `  ${label}  ${formatBytes(state.bytes)}  ${formatCount(state.lines)} lines   ${rate}`
    return {plain, painted: plain}
  }
  const part = Math.min(1, state.bytes / totalBytes)
  const left = bytesRate > 0 ? `   ${formatClock(((totalBytes - state.bytes) / bytesRate) * 1000)} left` : ''
  const percent = String(Math.floor(part * 100)).padStart(3)
  const tail = `  ${percent} %  ${formatBytesOf(state.bytes, totalBytes)}   ${rate}${left}`
  const room = width - textWidth(`  ${label}  ${tail}`)
  const {full, rest} = bar(part, Math.max(BAR_WIDTH.least, Math.min(BAR_WIDTH.most, room)))
  return {plain: `  ${label}  ${full}${rest}${tail}`, painted: `  ${label}  ${paint(full)}${rest}${tail}`}
}

function bar(part: number, width: number): {full: string; rest: string} {
  const full = Math.min(width, Math.floor(part * width))
  if (full >= width) return {full: '━'.repeat(width), rest: ''}
  return {full: `${'━'.repeat(full)}╸`, rest: '─'.repeat(width - full - 1)}
}

/** A line that does not fit is cut without its colours: a wrapped one could not be taken back. */
function cutLine({plain, painted}: {plain: string; painted: string}, width: number): string {
  return textWidth(plain) <= width ? painted : cutTo(plain, width)
}
