import type {Writable} from 'node:stream'
import {formatCount, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'

export interface WaitLine {
  /** Takes the line off the screen: before anything else is written there. */
  end(): void
}

export interface WaitLineOptions {
  stream: Writable
  screen: Screen
  quiet?: boolean
  /** Records that have come so far. */
  found(): number
  /** Milliseconds of a clock that never goes back. */
  now(): number
}

/** After so long, ms, it is said that something is under way; the line is written anew as often. */
const SAY_AFTER = 1_000
const SAY_EVERY = 250

/** Says on a terminal's stderr that an answer takes its time; elsewhere it does nothing. */
export function waitLine({stream, screen, quiet, found, now}: WaitLineOptions): WaitLine {
  if (!screen.isTerminal || quiet) return {end() {}}
  const palette = paletteFor(screen.color)
  const began = now()
  let shown = false
  const timer = setInterval(() => {
    const ms = now() - began
    if (ms < SAY_AFTER) return
    shown = true
    stream.write(`\r${palette.dim(waitText(ms, found()))}\x1b[K`)
  }, SAY_EVERY)
  timer.unref()
  return {
    end() {
      clearInterval(timer)
      if (shown) stream.write('\r\x1b[K')
      shown = false
    },
  }
}

/** `── searching · 3 s · 12,000 records so far ──`. */
export function waitText(ms: number, found: number): string {
  const parts = ['searching', `${formatCount(Math.floor(ms / 1_000))} s`]
  if (found > 0) parts.push(`${plural(found, 'record')} so far`)
  return `── ${parts.join(' · ')} ──`
}
