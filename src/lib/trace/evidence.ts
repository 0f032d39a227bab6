import type {LogRecord} from '../record/record.js'
import type {Draft} from './draft.js'

/** What a draft's records say that can tie it to others. */
export interface Evidence {
  /** Numbers of the values it shares with some, not most, of the others; in order, no doubles. */
  values: number[]
  /** Numbers of the services that its words name, its own left out. */
  named: ReadonlySet<number>
  /** Number of its service; -1 where it names none. */
  service: number
  /** What it is about, its values left out: calls of one kind to one service share it. */
  kind: string
}

/** Values kept of one draft, and leaves looked at in one record. */
const MOST_VALUES = 32
/** Characters of a message that are read. */
const MOST_TEXT = 500
const LONGEST_VALUE = 100
/** Longer values are prose or user agents: they name no service that matters. */
const LONGEST_NAMING = 40
/** Of this many drafts and more a value that half of them have tells nothing. */
const FEW = 4

/** An id, an amount, a path: something with a digit in it, or joined of parts. */
const DIGIT = /\d/
const VALUE = /[\p{L}\p{N}][\p{L}\p{N}_.:/#@-]*[\p{L}\p{N}]/gu
/** The same for texts of ASCII alone, which is tested several times as fast. */
const ASCII = /^[\0-\x7f]*$/
const ASCII_VALUE = /[A-Za-z0-9][\w.:/#@-]*[A-Za-z0-9]/g
/** Names looked for in texts; of more services, the first ones. */
const MOST_NAMES = 300
/** Parts of service names that name no service. */
const GENERIC = new Set(['service', 'svc', 'server', 'api', 'app', 'worker', 'backend', 'web', 'the', 'and', 'for'])

/**
 * Reads all drafts at once: what a value is worth depends on how many have it. Without `texts` what the records say is
 * left unread: times and services alone must do.
 */
export function evidenceOf(drafts: readonly Draft[], texts = true): Evidence[] {
  const services = new Map<string, number>()
  for (const {service} of drafts)
    if (service !== undefined && !services.has(service)) services.set(service, services.size)
  const names = namesOf(services)
  const pattern = patternOf(names)
  const numbers = new Map<string, number>()
  const counts: number[] = []
  const read = drafts.map((draft) => {
    const values = new Set<number>()
    const named = new Set<number>()
    if (texts)
      for (const {record} of draft.records) readRecord(record, draft, {names, pattern, numbers, counts, values, named})
    const service = draft.service === undefined ? -1 : (services.get(draft.service) as number)
    named.delete(service)
    return {values, named, service, kind: texts ? kindOf(draft) : ''}
  })
  const most = drafts.length <= FEW ? drafts.length : drafts.length / 2
  return read.map(({values, named, service, kind}) => {
    const telling = [...values].filter((value) => (counts[value] as number) > 1 && (counts[value] as number) <= most)
    return {values: telling.sort((a, b) => a - b), named, service, kind}
  })
}

/** Whether two drafts share a value. Both lists are in order. */
export function sharesValue(a: Evidence, b: Evidence): boolean {
  const [x, y] = [a.values, b.values]
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const difference = (x[i] as number) - (y[j] as number)
    if (difference === 0) return true
    if (difference < 0) i++
    else j++
  }
  return false
}

/** A service by its name, and by each telling part of it that no other has. */
function namesOf(services: ReadonlyMap<string, number>): Map<string, number> {
  const names = new Map<string, number>()
  const doubled = new Set<string>()
  for (const [service, number] of services) {
    for (const part of service.toLowerCase().split(/[^a-z0-9]+/)) {
      if (part.length < 3 || GENERIC.has(part)) continue
      if (names.has(part) && names.get(part) !== number) doubled.add(part)
      names.set(part, number)
    }
  }
  for (const part of doubled) names.delete(part)
  for (const [service, number] of services) names.set(service.toLowerCase(), number)
  return names
}

/** The first words of what it says, values left out. */
export function kindOf({records}: Pick<Draft, 'records'>): string {
  const words = (records[0]?.record.message.slice(0, 80) ?? '').trim().split(/\s+/, 3)
  return words
    .map((word) => (DIGIT.test(word) ? '*' : word))
    .join(' ')
    .toLowerCase()
}

/** The longest first: `mail-queue` is not `mail`. */
function patternOf(names: ReadonlyMap<string, number>): RegExp {
  const longestFirst = [...names.keys()].slice(0, MOST_NAMES).sort((a, b) => b.length - a.length)
  if (longestFirst.length === 0) return /(?!)/g
  const escaped = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`(?<![A-Za-z0-9_-])(?:${escaped.join('|')})(?![A-Za-z0-9_-])`, 'gi')
}

interface Reading {
  names: ReadonlyMap<string, number>
  /** Finds any of the names as a word. */
  pattern: RegExp
  numbers: Map<string, number>
  counts: number[]
  values: Set<number>
  named: Set<number>
}

function readRecord(record: LogRecord, draft: Draft, reading: Reading): void {
  const note = (text: string): void => {
    if (text.length < 4 || reading.values.size >= MOST_VALUES || isOwnId(text, draft)) return
    let number = reading.numbers.get(text)
    if (number === undefined) {
      number = reading.counts.length
      reading.numbers.set(text, number)
      reading.counts.push(0)
    }
    if (reading.values.has(number)) return
    reading.values.add(number)
    reading.counts[number] = (reading.counts[number] as number) + 1
  }
  const message = record.message.slice(0, MOST_TEXT)
  if (DIGIT.test(message)) for (const text of message.match(valuesOf(message)) ?? []) if (DIGIT.test(text)) note(text)
  nameServices(message, reading)
  let left = MOST_VALUES
  const visit = (value: unknown, depth: number): void => {
    if (left <= 0) return
    if (typeof value === 'string') {
      left--
      if (value.length > LONGEST_VALUE) return
      if (DIGIT.test(value)) note(value)
      if (value.length <= LONGEST_NAMING) nameServices(value, reading)
    } else if (typeof value === 'number') {
      left--
      if (Math.abs(value) >= 1000) note(String(value))
    } else if (value !== null && typeof value === 'object' && depth < 4) {
      for (const inner of Object.values(value)) visit(inner, depth + 1)
    }
  }
  visit(record.attributes, 0)
}

/** The ids of a trace are on all its lines. */
function isOwnId(text: string, {traceId, requestId, spanId, parentId, host}: Draft): boolean {
  return text === traceId || text === requestId || text === spanId || text === parentId || text === host
}

function valuesOf(text: string): RegExp {
  return ASCII.test(text) ? ASCII_VALUE : VALUE
}

function nameServices(text: string, {names, pattern, named}: Reading): void {
  for (const word of text.match(pattern) ?? []) {
    const service = names.get(word.toLowerCase())
    if (service !== undefined) named.add(service)
  }
}
