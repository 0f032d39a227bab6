import type {LogRecord} from '../record/record.js'
import type {Section, SectionEntry} from './sections.js'
import {isError, type TraceSpan, walk} from './span.js'

/** A silence is told from this share of the whole on, and from so many ms on. */
const GAP_SHARE = 0.3
const LEAST_GAP_MS = 50

/** Spans with an error, and all above them. */
export function withErrors(roots: readonly TraceSpan[]): Set<TraceSpan> {
  const wanted = new Set<TraceSpan>()
  for (const {span} of walk(roots))
    if (span.records.some(({record}) => isError(record)))
      for (let above: TraceSpan | undefined = span; above && !wanted.has(above); above = above.parent) wanted.add(above)
  return wanted
}

export interface Gap {
  /** Milliseconds after the trace's zero. */
  start: number
  end: number
  /** The span that was running then and that nothing else ran below. */
  span?: TraceSpan
}

/** The first record of level ERROR or FATAL. */
export function firstError({entries}: Section): SectionEntry | undefined {
  return entries.find(({record}) => isError(record))
}

/** Long times between one record and the next, longest first; at most `most`. */
export function gapsOf({entries, start, end, roots}: Section, most = 3): Gap[] {
  const least = Math.max(LEAST_GAP_MS, (end - start) * GAP_SHARE)
  const gaps: Gap[] = []
  for (let i = 1; i < entries.length; i++) {
    const [before, after] = [entries[i - 1] as SectionEntry, entries[i] as SectionEntry]
    if (after.time - before.time >= least) gaps.push({start: before.time, end: after.time})
  }
  gaps.sort((a, b) => b.end - b.start - (a.end - a.start))
  return gaps.slice(0, most).map((gap) => ({...gap, span: runningAt(roots, (gap.start + gap.end) / 2)}))
}

/** The deepest span that was running then; of two the one that began later. */
function runningAt(roots: readonly TraceSpan[], time: number): TraceSpan | undefined {
  let found: {span: TraceSpan; depth: number} | undefined
  for (const {span, depth} of walk(roots))
    if (span.start <= time && span.end >= time && (found === undefined || depth >= found.depth)) found = {span, depth}
  return found?.span
}

export interface Attempt {
  /** Which try it is, from 1; and how many there were. */
  number: number
  of: number
}

const ATTEMPT_NAMES = ['attempt', 'retry', 'try', 'attempt_number', 'retry_count', 'attemptNumber', 'retryCount']

/**
 * Tries: a span that counts them in its records, and spans side by side of one service and one kind, one after the
 * other, all but the last of which failed.
 */
export function attemptsOf(roots: readonly TraceSpan[]): Map<TraceSpan, Attempt> {
  const attempts = new Map<TraceSpan, Attempt>()
  for (const {span} of walk(roots)) {
    const counted = countedTries(span)
    if (counted > 1) attempts.set(span, {number: counted, of: counted})
    for (const row of retriedRows(span.children))
      for (const [i, tried] of row.entries()) attempts.set(tried, {number: i + 1, of: row.length})
  }
  return attempts
}

function countedTries({records}: TraceSpan): number {
  let most = 0
  for (const {record} of records) {
    for (const name of ATTEMPT_NAMES) {
      const value = Number(record.attributes[name] ?? Number.NaN)
      if (Number.isInteger(value) && value < 1000) most = Math.max(most, value)
    }
  }
  return most
}

function retriedRows(children: readonly TraceSpan[]): TraceSpan[][] {
  const rows = new Map<string, TraceSpan[]>()
  for (const child of children) {
    if (child.missing) continue
    const kind = `${child.service}\n${shapeOf(child)}`
    const row = rows.get(kind)
    if (row === undefined) rows.set(kind, [child])
    else row.push(child)
  }
  return [...rows.values()].flatMap(triesIn)
}

/** Runs of calls of which each but the last failed and was over before the next began. */
function triesIn(row: readonly TraceSpan[]): TraceSpan[][] {
  const runs: TraceSpan[][] = []
  let run: TraceSpan[] = []
  for (const span of row) {
    const last = run[run.length - 1]
    if (last !== undefined && !(hasFailed(last) && last.end <= span.start + 1)) {
      runs.push(run)
      run = []
    }
    run.push(span)
  }
  runs.push(run)
  return runs.filter(({length}) => length > 1)
}

function hasFailed({records}: TraceSpan): boolean {
  return records.some(({record}) => isError(record) || record.level === 'WARN')
}

/** The first words of what a span is about: calls of one kind share it, whatever they are about and how they end. */
export function shapeOf({records}: TraceSpan): string {
  const message = records[0]?.record.message.slice(0, 80) ?? ''
  const [first = ''] = message
    .replace(/\S*\d\S*/g, '*')
    .trim()
    .split(/\s+/)
  return first.toLowerCase()
}

/** What a span is shown by: its last error, else what told its length, else its last warning, else its last record. */
export function mainRecord({records}: TraceSpan): LogRecord | undefined {
  let error: LogRecord | undefined
  let timed: LogRecord | undefined
  let warning: LogRecord | undefined
  for (const {record} of records) {
    if (isError(record)) error = record
    if (record.level === 'WARN') warning = record
    if (record.duration_ms !== undefined && record.duration_ms >= (timed?.duration_ms ?? 0)) timed = record
  }
  return error ?? timed ?? warning ?? records[records.length - 1]?.record
}
