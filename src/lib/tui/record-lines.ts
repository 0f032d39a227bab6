// A record as lines of a width: every field, its stack, the line it was read from. Pure layout: draw/detail.ts colours it.

import {escapeLine} from '../output/escape-controls.js'
import {plural} from '../output/numbers.js'
import {textWidth, wrapTo} from '../output/text-width.js'
import type {LogRecord} from '../record/record.js'
import {fieldsOf, valueText} from './record-fields.js'

/** Safe for a terminal, and of no more columns than were asked for; a field's name stands before the text. */
export interface RecordLine {
  kind: 'message' | 'heading' | 'field' | 'stack' | 'folded' | 'blank'
  /** Filled up to the column of values; blank on the further lines of a value. */
  name?: string
  text: string
}

/** Lines of a text that are shown before the rest of it is folded. */
const MOST = {message: 12, field: 6, stack: 24}
const NAME = {most: 28, least: 4}

/** @param open nothing is folded, however long */
export function recordLines(record: LogRecord, width: number, open: boolean): RecordLine[] {
  const {own, attributes, error, taken} = fieldsOf(record)
  const all = [...own, ...attributes, ...error, ...taken]
  const longest = all.reduce((most, [name]) => Math.max(most, textWidth(escapeLine(name))), NAME.least)
  const names = Math.min(longest, NAME.most, Math.max(NAME.least, Math.floor(width / 3)))
  const fields = (group: typeof own) => group.flatMap(([name, value]) => fieldLines(name, value, names, width, open))
  const lines: RecordLine[] = [
    ...textLines('message', record.message ?? '', width, open),
    {kind: 'blank', text: ''},
    ...fields(own),
  ]
  const part = (title: string, more: RecordLine[]) => {
    if (more.length > 0) lines.push({kind: 'blank', text: ''}, {kind: 'heading', text: title}, ...more)
  }
  part('attributes', fields(attributes))
  const {stack} = record.error ?? {}
  part('error', [...fields(error), ...(stack ? textLines('stack', stack, width, open) : [])])
  part('where it came from', fields(taken))
  if (record.raw !== undefined) part('as it was written', textLines('stack', record.raw, width, open))
  return lines
}

function fieldLines(name: string, value: unknown, names: number, width: number, open: boolean): RecordLine[] {
  const safe = escapeLine(name)
  const room = Math.max(1, width - names - 2)
  const {lines, hidden} = broken(valueText(value), room, open ? Number.POSITIVE_INFINITY : MOST.field)
  const [first = '', ...rest] = lines
  const blank = ' '.repeat(names + 2)
  // A name that is too long has its own line.
  const head: RecordLine[] =
    textWidth(safe) > names
      ? [
          ...wrapTo(safe, width).map((text): RecordLine => ({kind: 'field', name: text, text: ''})),
          {kind: 'field', name: blank, text: first},
        ]
      : [{kind: 'field', name: safe + ' '.repeat(names - textWidth(safe) + 2), text: first}]
  const more = rest.map((text): RecordLine => ({kind: 'field', name: blank, text}))
  return [...head, ...more, ...foldLines(hidden, blank)]
}

function textLines(kind: 'message' | 'stack', text: string, width: number, open: boolean): RecordLine[] {
  const {lines, hidden} = broken(text, Math.max(1, width), open ? Number.POSITIVE_INFINITY : MOST[kind])
  return [...lines.map((line): RecordLine => ({kind, text: line})), ...foldLines(hidden, '')]
}

function foldLines(hidden: number, name: string): RecordLine[] {
  return hidden === 0 ? [] : [{kind: 'folded', name, text: `… ${plural(hidden, 'more character')}: o shows all`}]
}

/** A text in at most so many lines of so many columns, safe for a terminal, and how many characters are left. */
export function broken(text: string, width: number, most: number): {lines: string[]; hidden: number} {
  const lines: string[] = []
  let begin = 0
  while (begin <= text.length) {
    const end = text.indexOf('\n', begin)
    const line = text.slice(begin, end === -1 ? text.length : end)
    const left = most - lines.length
    // Of a line of a megabyte no more is looked at than can be seen.
    const seen = line.slice(0, (left + 1) * width * 4 + 64)
    // One more than fits holds what does not, unbroken.
    const wrapped = wrapTo(escapeLine(seen.replaceAll('\t', '    ')), width, left + 1)
    lines.push(...wrapped.slice(0, left))
    const unseen = line.length - seen.length
    if (end === -1 || wrapped.length > left || unseen > 0) {
      const after = unseen + (end === -1 ? 0 : text.length - end)
      return {lines, hidden: (wrapped[left]?.length ?? 0) + after}
    }
    begin = end + 1
    if (lines.length >= most) return {lines, hidden: text.length - end}
  }
  return {lines, hidden: 0}
}
