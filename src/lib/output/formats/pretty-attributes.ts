import type {LogRecord} from '../../record/record.js'
import {escapeLine} from '../escape-controls.js'
import {cellText, flatten} from '../fields.js'
import type {Palette} from '../palette.js'
import {cutTo, textWidth} from '../text-width.js'

export type Pair = readonly [key: string, value: string]

export interface PairLayout {
  palette: Palette
  safe(text: string): string
  mark(text: string): string
}

const ALSO = ['event', 'duration_ms', 'request_id', 'correlation_id'] as const
/** A value of which less than this could be shown is left to the count of what is not shown. */
const LEAST_VALUE = 4

/** Attributes first, then what else of the record tells something. */
export function pairsOf(record: LogRecord): Pair[] {
  const pairs = flatten(record.attributes)
  for (const name of ALSO) {
    if (record[name] !== undefined) pairs.push([name, record[name]])
  }
  return pairs.map(([key, value]) => [escapeLine(key), shownValue(value)])
}

/**
 * `attempt=2 amount="99.90 EUR" +3`: the pairs that fit `room` columns, the last of them cut, and how many more there
 * are. Gives the text with its colours, and its width.
 */
export function foldPairs(pairs: readonly Pair[], room: number, layout: PairLayout): {text: string; width: number} {
  const {palette, safe, mark} = layout
  let text = ''
  let width = 0
  for (const [index, [key, written]] of pairs.entries()) {
    const left = pairs.length - index - 1
    const value = safe(written)
    const gap = width === 0 ? 0 : 1
    const space = room - width - gap - (left > 0 ? countOf(left).length + 1 : 0)
    const name = `${key}=`
    const wanted = textWidth(name) + textWidth(value)
    const shown = wanted <= space ? value : cutTo(value, space - textWidth(name))
    if (wanted > space && textWidth(shown) < LEAST_VALUE) {
      const count = countOf(left + 1)
      if (count.length + gap > room - width) return {text, width}
      return {text: `${text}${' '.repeat(gap)}${palette.dim(count)}`, width: width + gap + count.length}
    }
    text += `${' '.repeat(gap)}${palette.dim(name)}${mark(shown)}`
    width += gap + textWidth(name) + textWidth(shown)
  }
  return {text, width}
}

function countOf(more: number): string {
  return `+${more}`
}

function shownValue(value: unknown): string {
  const text = cellText(value)
  return typeof value === 'string' && (text === '' || /[\s"=]/.test(text)) ? JSON.stringify(text) : text
}
