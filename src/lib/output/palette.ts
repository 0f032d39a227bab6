import {Chalk} from 'chalk'
import type {Level} from '../record/level.js'

/** Colours by meaning. Without colour every function returns its text: words, not hues, carry meaning. */
export interface Palette {
  dim(text: string): string
  bold(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
  /** A word the user asked for. */
  match(text: string): string
  /** `text` in the colour of a level. */
  level(level: Level | undefined, text: string): string
  /** `text` in the one colour a service always has. */
  service(name: string, text: string): string
}

/** Of the 256 colours those that stand out from white and from black: at least 3 : 1 from either. */
export const SERVICE_COLORS = [26, 30, 33, 61, 63, 64, 67, 69, 94, 97, 99, 100, 104, 128, 130, 132, 135, 137, 166, 169]

export function paletteFor(color: boolean): Palette {
  if (!color) return PLAIN
  const chalk = new Chalk({level: 2})
  const fatal = chalk.white.bgRed
  const services = SERVICE_COLORS.map((code) => chalk.ansi256(code))
  return {
    dim: chalk.dim,
    bold: chalk.bold,
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    match: chalk.bold.underline,
    level(level, text) {
      switch (level) {
        case 'FATAL':
          return fatal(text)
        case 'ERROR':
          return chalk.red(text)
        case 'WARN':
          return chalk.yellow(text)
        case 'INFO':
          return chalk.green(text)
        default:
          return chalk.dim(text)
      }
    },
    service: (name, text) => (services[colorIndex(name)] as (text: string) => string)(text),
  }
}

const same = (text: string) => text
const PLAIN: Palette = {
  dim: same,
  bold: same,
  good: same,
  bad: same,
  warn: same,
  match: same,
  level: (_, text) => text,
  service: (_, text) => text,
}

/**
 * FNV-1a over the name, mixed once more as its low bits alone collide: the same service has the same colour in
 * every run and on every machine.
 */
function colorIndex(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) % SERVICE_COLORS.length
}
