// Names and values that the records on the screen's list hold, the most frequent first: what Tab offers.

import {targetOf} from '../../query/field-names.js'
import {attributeLeaves, attributeValues, recordValues} from '../../query/field-values.js'
import type {LogRecord} from '../../record/record.js'
import type {Growing} from '../growing.js'

/** Attributes are looked for in so many of the newest records: a press of Tab must not be waited for. */
const SAMPLED = 5_000
/** Values, where the newest may all be the same, in more of them. */
const READ = 20_000
/** Values worth offering are told apart by then. */
const MOST_VALUES = 5_000
const LONGEST = 100

/** Dotted paths of attributes. */
export function seenAttributes(all: Growing<LogRecord>): string[] {
  const counts = new Map<string, number>()
  for (const {attributes} of all.slice(all.end - SAMPLED, all.end)) {
    if (attributes === undefined) continue
    for (const [path] of attributeLeaves(attributes)) if (isOneName(path)) add(counts, path)
  }
  return byCount(counts)
}

/** Values of a field; of a level in small letters, as queries have it. */
export function seenValues(all: Growing<LogRecord>, field: string): string[] {
  const counts = new Map<string, number>()
  const read = readerOf(field)
  for (const record of all.slice(all.end - READ, all.end)) {
    for (const value of read(record)) {
      const text = String(value)
      if (isWorthOffering(text) && (counts.has(text) || counts.size < MOST_VALUES)) add(counts, text)
    }
  }
  return byCount(counts)
}

/** Whether more than a few words are said by comparing: levels, numbers, times. */
export function isCompared(all: Growing<LogRecord>, field: string): boolean {
  const target = targetOf([field])
  if (target.kind === 'level') return true
  if (target.kind !== 'fields') return false
  if (target.hold === 'numbers' || target.hold === 'times') return true
  const read = readerOf(field)
  const newest = all.slice(all.end - SAMPLED, all.end)
  return newest.some((record) => read(record).some((value) => typeof value === 'number'))
}

/** What a record has in a field, where values of it are worth offering. */
function readerOf(field: string): (record: LogRecord) => readonly unknown[] {
  const target = targetOf([field])
  if (target.kind === 'level') return ({level}) => (level === undefined ? [] : [level.toLowerCase()])
  if (target.kind !== 'fields' || target.hold === 'times') return () => []
  return (record) =>
    target.fields.flatMap((one) => {
      if (one.in === 'record') return recordValues(record, one.name)
      return one.in === 'attributes' ? attributeValues(record, one.path) : []
    })
}

/** A name that a query takes without escapes. */
function isOneName(path: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(path) && path.length <= LONGEST
}

function isWorthOffering(text: string): boolean {
  return text !== '' && text.length <= LONGEST && !/[\u0000-\u001f\u007f-\u009f]/.test(text)
}

function add(counts: Map<string, number>, text: string): void {
  counts.set(text, (counts.get(text) ?? 0) + 1)
}

function byCount(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([text]) => text)
}
