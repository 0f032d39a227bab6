// Output turns results into text for a person or a program and writes it where it is told.
// A member never reads a clock, the environment or `process`: the screen's facts and the streams are passed in.
// formats/jsonl.ts is the smallest record format: copy it.

import type {Writable} from 'node:stream'

/** What is known of the place text goes to. */
export interface Screen {
  isTerminal: boolean
  /** Columns; 80 where nobody knows, Infinity in a pipe: nothing is folded for a program. */
  width: number
  color: boolean
  /** The locale has no UTF-8: drawings are made of ASCII. */
  ascii?: boolean
}

export interface ScreenFacts {
  stream: Writable & {isTTY?: boolean; columns?: number}
  color: 'auto' | 'always' | 'never'
  env: NodeJS.ProcessEnv
}

/** `NO_COLOR` (any value but empty) and `TERM=dumb` switch `auto` off; `FORCE_COLOR` other than 0 switches it on. */
export function screenOf({stream, color, env}: ScreenFacts): Screen {
  const isTerminal = stream.isTTY === true
  const width = isTerminal ? stream.columns || 80 : Number.POSITIVE_INFINITY
  return {isTerminal, width, color: wantsColor(color, isTerminal, env), ...(isAscii(env) ? {ascii: true} : {})}
}

/** The first of these that is set names the locale (POSIX); where none is, terminals of today take UTF-8. */
function isAscii({LC_ALL, LC_CTYPE, LANG}: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG
  return locale !== undefined && locale !== '' && !/utf-?8/i.test(locale)
}

function wantsColor(mode: ScreenFacts['color'], isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (mode !== 'auto') return mode === 'always'
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}
