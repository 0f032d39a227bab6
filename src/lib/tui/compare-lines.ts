// A comparison as lines of a width: two columns, or where those would be too narrow one below the other.

import {escapeLine} from '../output/escape-controls.js'
import {plural} from '../output/numbers.js'
import {cutTo, padTo, textWidth} from '../output/text-width.js'
import type {Comparison, FieldPair} from './compare.js'
import {broken} from './record-lines.js'

/** Pieces that stand beside each other, safe for a terminal: draw/compare.ts colours them. */
export type CompareLine =
  | {kind: 'pair'; sign: Sign; name: string; left: string; right: string; differs: boolean}
  | {kind: 'value'; side: 'left' | 'right'; text: string; differs: boolean}
  | {kind: 'note'; text: string}

/** Both have it and differ, one has it, both have the same. */
export type Sign = 'differs' | 'left' | 'right' | 'same'

/** Narrower than this, values stand one below the other. */
export const TWO_COLUMNS = 72
/** Lines of a value before it is cut. */
const MOST_LINES = 8

export interface CompareColumns {
  name: number
  value: number
}

/** Columns of the names and of either value: sign and blanks take five more. */
export function columnsIn(width: number, {differing, equal}: Comparison, all: boolean): CompareColumns {
  const names = [...differing, ...(all ? equal : [])].map(({name}) => textWidth(escapeLine(name)))
  const name = Math.min(Math.max(8, ...names), 26, Math.floor(width / 4))
  return {name, value: Math.floor((width - name - 5) / 2)}
}

/** @param all fields that are equal too */
export function compareLines(comparison: Comparison, width: number, all: boolean): CompareLine[] {
  const {differing, equal} = comparison
  const columns = columnsIn(width, comparison, all)
  const pairs = (some: readonly FieldPair[]) =>
    some.flatMap((pair) => (width >= TWO_COLUMNS ? beside(pair, columns) : below(pair, width)))
  const told = equal.length === 0 ? [] : [`${plural(equal.length, 'field')} the same${all ? '' : ': = shows them'}`]
  return [
    ...(differing.length === 0 ? [{kind: 'note', text: 'no field differs'} as const] : pairs(differing)),
    ...told.map((text) => ({kind: 'note', text: `= ${text}`}) as const),
    ...(all ? pairs(equal) : []),
  ]
}

function signOf({left, right}: FieldPair): Sign {
  if (left === right) return 'same'
  if (right === undefined) return 'left'
  return left === undefined ? 'right' : 'differs'
}

function beside(pair: FieldPair, {name, value}: CompareColumns): CompareLine[] {
  const sign = signOf(pair)
  const left = valueLines(pair.left, value)
  const right = rightLines(pair, value)
  const lines = Math.max(left.length, right.length)
  return Array.from({length: lines}, (_, index) => ({
    kind: 'pair',
    sign: index === 0 ? sign : 'same',
    name: index === 0 ? padTo(cutTo(escapeLine(pair.name), name), name) : ' '.repeat(name),
    left: padTo(left[index] ?? '', value),
    right: right[index] ?? '',
    differs: sign !== 'same',
  }))
}

function below(pair: FieldPair, width: number): CompareLine[] {
  const sign = signOf(pair)
  const differs = sign !== 'same'
  const head = {
    kind: 'pair',
    sign,
    name: cutTo(escapeLine(pair.name), Math.max(1, width - 2)),
    left: '',
    right: '',
  } as const
  const room = Math.max(1, width - 4)
  const values = (side: 'left' | 'right', lines: string[]) =>
    pair[side] === undefined ? [] : lines.map((text) => ({kind: 'value', side, text, differs}) as const)
  const right = differs ? values('right', rightLines(pair, room)) : []
  return [{...head, differs}, ...values('left', valueLines(pair.left, room)), ...right]
}

/** The difference stands before the value, on a line of its own where both do not fit into one. */
function rightLines({right, delta}: FieldPair, width: number): string[] {
  if (right === undefined || delta === undefined) return valueLines(right, width)
  const both = `${delta}  ${right}`
  return textWidth(both) <= width ? [both] : [cutTo(delta, width), ...valueLines(right, width)]
}

function valueLines(text: string | undefined, width: number): string[] {
  if (text === undefined) return ['-']
  const {lines, hidden} = broken(text, width, MOST_LINES)
  return hidden > 0 ? [...lines, cutTo(`… ${plural(hidden, 'more character')}`, width)] : lines
}
