import {parseSpan} from '../query/time-span.js'

/** Milliseconds of `30s`, `5m`, `1h30m`; `undefined` where the text is none, or not of whole milliseconds. */
export function readDuration(text: string): number | undefined {
  const ms = parseSpan(text)
  return ms !== undefined && Number.isSafeInteger(ms) ? ms : undefined
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const

/** As rules are written: `1h30m`, `90s` being `1m30s`; `0s` for nothing. */
export function durationText(ms: number): string {
  let rest = ms
  let text = ''
  for (const [unit, each] of UNITS) {
    const count = Math.floor(rest / each)
    if (count > 0) text += `${count}${unit}`
    rest -= count * each
  }
  return text === '' ? '0s' : text
}
