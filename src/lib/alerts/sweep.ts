import {LogflowError} from '../errors/logflow-error.js'
import {durationText, readDuration} from './durations.js'

/** What can be tried out over a range: fields of a written rule. */
export const SWEPT = ['threshold', 'resolve_threshold', 'for', 'keep_open_for', 'time_window'] as const
export type SweptField = (typeof SWEPT)[number]

export interface Sweep {
  field: SweptField
  /** Numbers, or durations as rules have them. */
  values: Array<number | string>
}

const MOST_VALUES = 100
/** Values that a range without a step is divided into, about. */
const STEPS = 10

/**
 * Reads `threshold=10..500:50`, `for=0s..10m:1m`, `threshold=10,50,100`. Without a step there are about ten, at round
 * numbers. Both ends belong to it, the upper one where a step meets it. Throws USAGE.
 */
export function readSweep(text: string): Sweep {
  const parts = /^\s*(\w+)\s*=\s*(.+?)\s*$/.exec(text)
  const field = SWEPT.find((one) => one === parts?.[1])
  if (!parts || !field) throw refused(text, `--sweep takes one of ${SWEPT.join(', ')}, as in threshold=10..500`)
  const isDuration = field !== 'threshold' && field !== 'resolve_threshold'
  const read = (one: string) => (isDuration ? durationOf(text, one) : numberOf(text, one))
  const write = (value: number) => (isDuration ? durationText(value) : value)
  const written = parts[2] as string
  const range = /^(.+?)\.\.(.+?)(?::(.+))?$/.exec(written)
  if (!range) return {field, values: [...new Set(written.split(',').map(read))].map(write)}
  const [from, to] = [read(range[1] as string), read(range[2] as string)]
  if (to <= from) throw refused(text, 'the range must go upwards: FROM..TO')
  const step = range[3] === undefined ? stepFor(to - from, isDuration) : read(range[3])
  if (step <= 0) throw refused(text, 'the step must be over zero')
  const many = Math.floor((to - from) / step + 1e-9) + 1
  if (many > MOST_VALUES) throw refused(text, `that are ${many} values; at most ${MOST_VALUES} are tried`)
  const values = Array.from({length: many}, (_, index) => tidy(from + index * step))
  return {field, values: values.map(write)}
}

function numberOf(text: string, written: string): number {
  const value = Number(written.trim())
  if (written.trim() !== '' && Number.isFinite(value)) return value
  throw refused(text, `${JSON.stringify(written)} is no number`)
}

function durationOf(text: string, written: string): number {
  const ms = /^\s*0\s*$/.test(written) ? 0 : readDuration(written.trim())
  if (ms !== undefined) return ms
  throw refused(text, `${JSON.stringify(written)} is no duration such as 30s or 5m`)
}

/** What binary fractions add is taken off: 0.30000000000000004. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}

const ROUND_DURATIONS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400]

function stepFor(span: number, isDuration: boolean): number {
  const exact = span / STEPS
  if (isDuration) {
    const seconds = ROUND_DURATIONS.find((one) => one * 1_000 >= exact) ?? Math.ceil(exact / 86_400_000) * 86_400
    return seconds * 1_000
  }
  const power = 10 ** Math.floor(Math.log10(exact))
  return tidy(([1, 2, 5, 10].find((one) => one * power >= exact * (1 - 1e-9)) as number) * power)
}

function refused(text: string, problem: string): LogflowError {
  return new LogflowError('USAGE', `--sweep ${text}: ${problem}`, {
    suggestions: ['Write threshold=10..500, threshold=10..500:50, for=0s..10m:1m or time_window=1m,5m,15m'],
  })
}
