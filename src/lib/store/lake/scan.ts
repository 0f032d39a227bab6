import {matches} from '../../query/matches.js'
import type {QueryNode} from '../../query/query.js'
import type {LogRecord} from '../../record/record.js'
import type {RecordFilter, SearchRequest} from '../store.js'
import {RecordReader, SELECTED} from './columns.js'
import {compileConditions} from './compile-query.js'
import type {Duck, DuckChunk} from './duckdb.js'
import {duckError, isOutOfMemory, UNDECIDED} from './errors.js'
import type {Key} from './key.js'
import {lookAgain, takeSnapshot, type View, type Viewed} from './segments.js'
import {Parameters, quote, readHot, readSealed} from './sql.js'
import {readBound} from './time.js'
import {joinNearest, type Span} from './windows.js'

/** A lake as readers hold it. */
export interface Readable extends Viewed {
  duck: Duck
}

export type Order = SearchRequest['order']

/** SELECT over some segments as one table; hot ones up to the rows that were committed when they were looked at. */
export function selectFrom(views: View[], columns: string, conditions: string[]): string {
  const where = conditions.length ? conditions.join(' AND ') : 'true'
  const sealed = views.filter((view) => view.kind === 'sealed')
  const tables = views
    .filter((view) => view.kind === 'hot')
    .map((view) => `SELECT ${columns} FROM ${readHot({...view, tolerant: true})} WHERE n < ${view.rows} AND ${where}`)
  const whole = sealed.filter(({spans}) => !spans)
  if (whole.length) tables.push(`SELECT ${columns} FROM ${readSealed(whole.map(({path}) => path))} WHERE ${where}`)
  const narrowed = sealed.filter(({spans}) => spans)
  // DuckDB passes over row groups by one stretch of time, not by one of several: each has a table of its own.
  const each = Math.max(1, Math.floor(MOST_TABLES / narrowed.length))
  for (const {path, spans = []} of narrowed) {
    for (const {from, to} of joinNearest(spans, each))
      tables.push(`SELECT ${columns} FROM ${readSealed([path])} WHERE time >= ${from} AND time < ${to} AND ${where}`)
  }
  return unionOf(tables)
}

/** Of more tables than these, to plan the query takes longer than what they pass over. */
const MOST_TABLES = 48

export function unionOf(tables: string[]): string {
  return tables.length === 1 ? (tables[0] as string) : `SELECT * FROM (${tables.join(' UNION ALL ')})`
}

export function orderedBy(order: Order, limit: number): string {
  const direction = order === 'oldest' ? 'ASC' : 'DESC'
  const by = ['time', 'ns', 'source', 'byte_offset'].map((column) => `${column} ${direction}`).join(', ')
  return ` ORDER BY ${by}${Number.isFinite(limit) ? ` LIMIT ${Math.floor(limit)}` : ''}`
}

/**
 * True for exactly the records of the answer. A row of which only matches() knows stops the statement with
 * {@link Undecided}: then read them.
 */
export function queryConditions(query: QueryNode, parameters: Parameters): string[] {
  const {decided, open} = compileConditions(query, parameters)
  const raised = `CAST(error(${quote(UNDECIDED)}) AS BOOLEAN)`
  return [...decided, ...open.map((condition) => `coalesce(${condition}, ${raised})`)]
}

/** True for the records of the answer, and for those of which only matches() knows (see isDecided); or of them alone. */
export function candidateConditions(
  query: QueryNode,
  parameters: Parameters,
  which: 'all' | 'undecided' = 'all',
): string[] {
  const {decided, open} = compileConditions(query, parameters)
  const maybe = open.map((condition) => `coalesce(${condition}, true)`)
  return which === 'all' || open.length === 0
    ? [...decided, ...maybe]
    : [...decided, ...maybe, `(${open.join(' AND ')}) IS NULL`]
}

/** A filter's bounds of event time. */
export type TimeBounds = Pick<RecordFilter, 'since' | 'until'>

/** The filter's times, to the nanosecond. */
export function timeConditions({since, until}: TimeBounds): string[] {
  const conditions: string[] = []
  if (since !== undefined) {
    const {ms, ns} = readBound(since)
    conditions.push(ns === 0 ? `time >= ${ms}` : `time >= ${ms} AND (time > ${ms} OR ns >= ${ns})`)
  }
  if (until !== undefined) {
    const {ms, ns} = readBound(until)
    conditions.push(ns === 0 ? `time < ${ms}` : `time <= ${ms} AND (time < ${ms} OR ns < ${ns})`)
  }
  return conditions
}

export function spanConditions({from, to}: Span): string[] {
  const conditions: string[] = []
  if (Number.isFinite(from)) conditions.push(`time >= ${from}`)
  if (Number.isFinite(to)) conditions.push(`time < ${to}`)
  return conditions
}

/** What comes after a place in the order. */
export function afterKey({ms, ns, source: name, offset}: Key, order: Order, parameters: Parameters): string {
  const [edge, beyond] = order === 'oldest' ? ['>=', '>'] : ['<=', '<']
  const source = parameters.bind(name)
  const sameTime = `source ${beyond} ${source} OR (source = ${source} AND byte_offset ${beyond} ${offset})`
  return `time ${edge} ${ms} AND (time ${beyond} ${ms} OR ns ${beyond} ${ns} OR (ns = ${ns} AND (${sameTime})))`
}

/** The filter's times as ms, rounded outwards: which segments to look at. */
export function boundsOf({since, until}: TimeBounds): Span {
  const to = until === undefined ? undefined : readBound(until)
  return {
    from: since === undefined ? Number.NEGATIVE_INFINITY : readBound(since).ms,
    to: to === undefined ? Number.POSITIVE_INFINITY : to.ms + (to.ns > 0 ? 1 : 0),
  }
}

/** The chunks of an answer; failures come out as ours. */
export async function* chunksOf(
  lake: Readable,
  sql: string,
  parameters: Parameters,
  signal?: AbortSignal,
): AsyncGenerator<DuckChunk> {
  const ask = () => lake.duck.query(sql, parameters.values, signal)
  let begun = false
  // One of several that failed at once raises the limit for all of them.
  const tried = lake.duck.allowsMore
  try {
    for await (const chunk of ask()) {
      begun = true
      yield chunk
    }
  } catch (error) {
    if (begun || tried || !isOutOfMemory(error)) throw duckError(error, lake.layout.dir)
    await lake.duck.allowMore()
    yield* chunksOf(lake, sql, parameters, signal)
  }
}

/**
 * The records of the answer in some segments, in no order, a page a chunk; all of them, or only those of which the
 * columns cannot tell and matches() can.
 */
export async function* readMatches(
  lake: Readable,
  filter: RecordFilter,
  views: View[],
  which: 'all' | 'undecided',
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  const parameters = new Parameters()
  const conditions = [...timeConditions(filter), ...candidateConditions(filter.query, parameters, which)]
  const reader = new RecordReader()
  for await (const chunk of chunksOf(lake, selectFrom(views, SELECTED, conditions), parameters, signal))
    yield reader.readChunk(chunk).filter((record) => matches(filter.query, record))
}

/** Asks something of a snapshot; again of a new one where a segment was sealed or removed meanwhile. */
export async function askSnapshot<T>(lake: Readable, ask: (views: View[]) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(takeSnapshot(lake).views.filter(({rows}) => rows > 0))
    } catch (error) {
      lookAgain(lake, error, tries)
    }
  }
}
