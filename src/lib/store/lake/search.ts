import {compareRecords} from '../../record/order.js'
import type {LogRecord} from '../../record/record.js'
import type {RecordFilter, SearchRequest} from '../store.js'
import {RecordReader, SELECTED} from './columns.js'
import {compileQuery, isSelective} from './compile-query.js'
import type {Duck} from './duckdb.js'
import {duckError, SegmentGone} from './errors.js'
import type {Layout} from './layout.js'
import {MOST_TRIES, takeSnapshot, type View} from './segments.js'
import {Parameters, readHot, readSealed} from './sql.js'
import {readBound} from './time.js'
import {nextWindow, overlaps, type Span} from './windows.js'

export interface Searched {
  layout: Layout
  duck: Duck
}

type Order = SearchRequest['order']

/** Up to this many records are chosen first and then given out; more are given out as they are read. */
const FEW = 5_000
const PAGE = 1_000
/** How many records a stretch of time is to hold that is sorted at once. */
const WINDOW_RECORDS = 20_000

export function searchLake(lake: Searched, request: SearchRequest, signal?: AbortSignal): AsyncGenerator<LogRecord[]> {
  return request.limit <= FEW ? searchFew(lake, request, signal) : searchMany(lake, request, signal)
}

/**
 * Looks at the newest (oldest) segments first, 1, 3, 9 … at a time, and stops when no segment left can hold a record
 * that belongs among the first `limit`. Exact whatever the times of late records, since segments know theirs.
 */
async function* searchFew(lake: Searched, request: SearchRequest, signal?: AbortSignal): AsyncGenerator<LogRecord[]> {
  if (request.limit < 1) return
  const found = await retried(lake, signal, (views) => firstOnes(lake, request, views, signal))
  for (let at = 0; at < found.length && !signal?.aborted; at += PAGE) yield found.slice(at, at + PAGE)
}

async function firstOnes(
  lake: Searched,
  request: SearchRequest,
  all: View[],
  signal?: AbortSignal,
): Promise<LogRecord[]> {
  const {order, limit} = request
  const compare = order === 'oldest' ? compareRecords : (a: LogRecord, b: LogRecord) => compareRecords(b, a)
  const nearest = order === 'oldest' ? (a: View, b: View) => a.min - b.min : (a: View, b: View) => b.max - a.max
  let left = all.filter((view) => overlaps(view, boundsOf(request))).sort(nearest)
  let top: LogRecord[] = []
  for (let group = isSelective(request.query) ? left.length : 1; left.length > 0; group *= 3) {
    const worst = top.length === limit ? readBound((top[limit - 1] as LogRecord)['@timestamp']).ms : undefined
    if (worst !== undefined) left = left.filter(({min, max}) => (order === 'oldest' ? min <= worst : max >= worst))
    const views = left.slice(0, worst === undefined ? group : left.length)
    left = left.slice(views.length)
    if (views.length === 0) break
    const bound = worst === undefined ? {} : order === 'oldest' ? {to: worst + 1} : {from: worst}
    const pages = readRecords(lake, views, {filter: request, order, limit, span: bound}, signal)
    for await (const page of pages) top = top.concat(page)
    top = top.sort(compare).slice(0, limit)
  }
  return top
}

/** Goes through time in stretches of about WINDOW_RECORDS, each sorted by itself and read as a stream. */
async function* searchMany(lake: Searched, request: SearchRequest, signal?: AbortSignal): AsyncGenerator<LogRecord[]> {
  let last: LogRecord | undefined
  let left = request.limit
  for (let tries = 1; ; tries++) {
    try {
      for await (const page of windows(lake, {...request, limit: left}, last, signal)) {
        last = page.at(-1)
        left -= page.length
        tries = 1
        yield page
        if (signal?.aborted) return
      }
      return
    } catch (error) {
      if (signal?.aborted) return
      if (!(error instanceof SegmentGone) || tries === MOST_TRIES) throw error
    }
  }
}

async function* windows(
  lake: Searched,
  request: SearchRequest,
  after: LogRecord | undefined,
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  const {order} = request
  const bounds = boundsOf(request)
  if (after) {
    const {ms} = readBound(after['@timestamp'])
    if (order === 'oldest') bounds.from = ms
    else bounds.to = ms + 1
  }
  const views = takeSnapshot(lake.layout).views.filter((view) => overlaps(view, bounds))
  let left = request.limit
  let records = WINDOW_RECORDS
  let key = after
  for (let span = nextWindow(views, bounds, records, order); span && left > 0; ) {
    let found = 0
    const inSpan = views.filter((view) => overlaps(view, span as Span))
    for await (const page of readRecords(
      lake,
      inSpan,
      {filter: request, order, limit: left, span, after: key},
      signal,
    )) {
      found += page.length
      yield page
    }
    left -= found
    // Few of many: take longer stretches. Many: keep to what fits into memory.
    records = found < WINDOW_RECORDS / 8 ? records * 4 : Math.max(WINDOW_RECORDS, records / 2)
    key = undefined
    if (order === 'oldest') bounds.from = span.to
    else bounds.to = span.from
    span = nextWindow(views, bounds, records, order)
  }
}

interface Reading {
  filter: RecordFilter
  order: Order
  limit: number
  /** Narrows the filter's own times; ms. */
  span?: Partial<Span>
  /** Only what comes after this record in the order. */
  after?: LogRecord
}

/** The matching records of some segments, sorted, as a stream of pages. */
async function* readRecords(
  lake: Searched,
  views: View[],
  reading: Reading,
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  if (views.length === 0) return
  const parameters = new Parameters()
  const conditions = [...filterConditions(reading.filter, parameters), ...spanConditions(reading.span ?? {})]
  if (reading.after) conditions.push(afterKey(reading.after, reading.order, parameters))
  const direction = reading.order === 'oldest' ? 'ASC' : 'DESC'
  const by = ['time', 'ns', 'source', 'byte_offset'].map((column) => `${column} ${direction}`).join(', ')
  const limit = Number.isFinite(reading.limit) ? ` LIMIT ${Math.floor(reading.limit)}` : ''
  const sql = `${selectFrom(views, SELECTED, conditions)} ORDER BY ${by}${limit}`
  const reader = new RecordReader()
  try {
    for await (const chunk of lake.duck.query(sql, parameters.values, signal)) {
      const records = reader.readChunk(chunk)
      for (let at = 0; at < records.length; at += PAGE) yield records.slice(at, at + PAGE)
    }
  } catch (error) {
    throw duckError(error, lake.layout.dir)
  }
}

/** SELECT over all segments as one table; hot ones up to the rows that were committed when they were looked at. */
function selectFrom(views: View[], columns: string, conditions: string[]): string {
  const where = conditions.length ? conditions.join(' AND ') : 'true'
  const sealed = views.filter((view) => view.kind === 'sealed').map((view) => view.path)
  const tables = views
    .filter((view) => view.kind === 'hot')
    .map((view) => `SELECT ${columns} FROM ${readHot({...view, tolerant: true})} WHERE n < ${view.rows} AND ${where}`)
  if (sealed.length) tables.push(`SELECT ${columns} FROM ${readSealed(sealed)} WHERE ${where}`)
  return tables.length === 1 ? (tables[0] as string) : `SELECT * FROM (${tables.join(' UNION ALL ')})`
}

function filterConditions({query, since, until}: RecordFilter, parameters: Parameters): string[] {
  const conditions = query.kind === 'all' ? [] : [compileQuery(query, parameters)]
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

function spanConditions({from, to}: Partial<Span>): string[] {
  const conditions: string[] = []
  if (from !== undefined && Number.isFinite(from)) conditions.push(`time >= ${from}`)
  if (to !== undefined && Number.isFinite(to)) conditions.push(`time < ${to}`)
  return conditions
}

function afterKey(record: LogRecord, order: Order, parameters: Parameters): string {
  const {ms, ns} = readBound(record['@timestamp'])
  const [edge, beyond] = order === 'oldest' ? ['>=', '>'] : ['<=', '<']
  const source = parameters.bind(record.source.id)
  const sameTime = `source ${beyond} ${source} OR (source = ${source} AND byte_offset ${beyond} ${record.source.offset})`
  return `time ${edge} ${ms} AND (time ${beyond} ${ms} OR ns ${beyond} ${ns} OR (ns = ${ns} AND (${sameTime})))`
}

/** The filter's times as ms, rounded outwards: which segments to look at. */
function boundsOf({since, until}: RecordFilter): Span {
  const to = until === undefined ? undefined : readBound(until)
  return {
    from: since === undefined ? Number.NEGATIVE_INFINITY : readBound(since).ms,
    to: to === undefined ? Number.POSITIVE_INFINITY : to.ms + (to.ns > 0 ? 1 : 0),
  }
}

/** Runs a question over a snapshot; again over a new one where a segment was sealed or removed meanwhile. */
async function retried<T>(
  lake: Searched,
  signal: AbortSignal | undefined,
  ask: (views: View[]) => Promise<T[]>,
): Promise<T[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(takeSnapshot(lake.layout).views)
    } catch (error) {
      if (signal?.aborted) return []
      if (!(error instanceof SegmentGone) || tries === MOST_TRIES) throw error
    }
  }
}

/** Rows of a small answer over all segments that overlap the filter's times. */
async function ask(
  lake: Searched,
  filter: RecordFilter,
  build: (from: (columns: string) => string) => string,
  extra: string[] = [],
  parameters = new Parameters(),
): Promise<unknown[][]> {
  const conditions = [...extra, ...filterConditions(filter, parameters)]
  return retried(lake, undefined, async (all) => {
    const views = all.filter((view) => overlaps(view, boundsOf(filter)))
    if (views.length === 0) return []
    try {
      return await lake.duck.rows(
        build((columns) => selectFrom(views, columns, conditions)),
        parameters.values,
      )
    } catch (error) {
      throw duckError(error, lake.layout.dir)
    }
  })
}

export async function countLake(lake: Searched, filter: RecordFilter): Promise<number> {
  if (filter.query.kind === 'all' && filter.since === undefined && filter.until === undefined) {
    return takeSnapshot(lake.layout).views.reduce((sum, {rows}) => sum + rows, 0)
  }
  const rows = await ask(lake, filter, (from) => `SELECT count(*) FROM (${from('time')})`)
  return Number(rows[0]?.[0] ?? 0)
}

/** Distinct values of a column, most frequent first. */
export async function valuesOfLake(lake: Searched, column: string, limit: number): Promise<string[]> {
  const build = (from: (columns: string) => string) =>
    `SELECT value FROM (${from(`${column} AS value`)}) GROUP BY value ORDER BY count(*) DESC, value LIMIT ${Math.floor(limit)}`
  const rows = await ask(lake, {query: {kind: 'all'}}, build, [`${column} IS NOT NULL`])
  return rows.map(([value]) => value as string)
}

/** The record at a place of a source, if its bytes have this checksum. */
export async function getFromLake(
  lake: Searched,
  id: {source: string; offset: number; crc: number},
): Promise<LogRecord | undefined> {
  const found = await retried(lake, undefined, async (views) => {
    const parameters = new Parameters()
    const place = `byte_offset = ${parameters.bind(BigInt(id.offset))} AND crc = ${id.crc} AND source = ${parameters.bind(id.source)}`
    const filled = views.filter(({rows}) => rows > 0)
    if (filled.length === 0) return []
    const records: LogRecord[] = []
    try {
      for await (const chunk of lake.duck.query(selectFrom(filled, SELECTED, [place]), parameters.values))
        records.push(...new RecordReader().readChunk(chunk))
    } catch (error) {
      throw duckError(error, lake.layout.dir)
    }
    return records
  })
  return found[0]
}
