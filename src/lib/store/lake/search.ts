import {matches} from '../../query/matches.js'
import type {LogRecord} from '../../record/record.js'
import type {RecordPlace, SearchRequest} from '../store.js'
import {alternatives, isSelective} from './alternatives.js'
import {RecordReader, SELECTED} from './columns.js'
import {isDecided} from './compile-query.js'
import {compareKeys, type Key} from './key.js'
import {ROW_GROUP} from './layout.js'
import {
  afterKey,
  askSnapshot,
  boundsOf,
  candidateConditions,
  chunksOf,
  orderedBy,
  type Readable,
  selectFrom,
  spanConditions,
  timeConditions,
  unionOf,
} from './scan.js'
import {lookAgain, takeSnapshot, type View} from './segments.js'
import {Parameters} from './sql.js'
import {readBound} from './time.js'
import {splitView, viewsFor} from './views-for.js'
import {nextWindow, overlaps, type Span} from './windows.js'

/** Up to this many records are chosen first and then given out; more are given out as they are read. */
const FEW = 5_000
const PAGE = 1_000
/** A stretch with fewer matches than this is followed by a longer one. */
const FEW_MATCHES = 2_500
/** Rows that are looked at first: a part of a segment for each of two threads. */
const FIRST_LOOK = 1.5 * ROW_GROUP
const MOST_FIRST = 3 * ROW_GROUP
/** Up to this many rows are read whole, with all their columns. */
const MOST_LITTLE = {byWords: 16 * ROW_GROUP, byTime: 8 * ROW_GROUP}

export function searchLake(lake: Readable, request: SearchRequest, signal?: AbortSignal): AsyncGenerator<LogRecord[]> {
  return request.limit <= FEW ? searchFew(lake, request, signal) : searchMany(lake, request, signal)
}

/** A record that may belong to the answer; those of sealed segments are read once it is known that they do. */
interface Candidate extends Key {
  record?: LogRecord
}

/**
 * Looks at the newest (oldest) part of a segment first, then at segments, 3, 9 … at a time, and stops when no segment left can hold a record
 * that belongs among the first `limit`. Exact whatever the times of late records, since segments know theirs.
 */
async function* searchFew(lake: Readable, request: SearchRequest, signal?: AbortSignal): AsyncGenerator<LogRecord[]> {
  if (request.limit < 1) return
  let records: LogRecord[] = []
  let few = true
  try {
    records = await askSnapshot(lake, async (views) => {
      const candidates = await firstOnes(lake, request, views, signal)
      const found = await readMissing(lake, request, candidates, views, signal)
      // One that only matches() ruled out may have kept a match from being among the first.
      few = found.length === candidates.length || candidates.length < request.limit
      return found
    })
  } catch (error) {
    if (!signal?.aborted) throw error
  }
  if (!few) yield* searchMany(lake, request, signal)
  else for (let at = 0; at < records.length && !signal?.aborted; at += PAGE) yield records.slice(at, at + PAGE)
}

async function firstOnes(
  lake: Readable,
  request: SearchRequest,
  all: View[],
  signal?: AbortSignal,
): Promise<Candidate[]> {
  const {order, limit} = request
  const oldest = order === 'oldest'
  const wanted = viewsFor(lake, request.query, all).filter((view) => overlaps(view, spanOf(request)))
  const selective = isSelective(request.query) || isLittle(wanted, request, spanOf(request))
  let left = wanted.sort(oldest ? (a, b) => a.min - b.min : (a, b) => b.max - a.max)
  if (left[0] && !selective) left = [...splitView(lake, left[0], order, FIRST_LOOK), ...left.slice(1)]
  let top: Candidate[] = []
  // Of so little, what is asked for is read at once; of all records, that would be every row in every column.
  let whole = selective || (request.query.kind !== 'all' && (left[0]?.rows ?? 0) <= MOST_FIRST)
  for (let group = selective ? left.length : 1; left.length > 0; group *= 3) {
    const worst = top.length === limit ? (top[limit - 1] as Candidate).ms : undefined
    // With enough found, all segments that may still better it are looked at together, within its bound.
    if (worst !== undefined) left = left.filter(({min, max}) => (oldest ? min <= worst : max >= worst))
    const views = left.slice(0, worst === undefined ? group : left.length)
    left = left.slice(views.length)
    const span = {from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY}
    if (worst !== undefined && oldest) span.to = worst + 1
    else if (worst !== undefined) span.from = worst
    const found = [
      ...(await candidates(
        lake,
        request,
        views.filter(({kind}) => kind === 'hot'),
        span,
        true,
        signal,
      )),
      ...(await candidates(
        lake,
        request,
        views.filter(({kind}) => kind === 'sealed'),
        span,
        whole,
        signal,
      )),
    ]
    whole = selective
    top = [...top, ...found].sort(oldest ? compareKeys : (a, b) => compareKeys(b, a)).slice(0, limit)
  }
  return top
}

/**
 * Whether so little is left of the sealed segments, after a look at their words or between the times asked for, that one
 * look at all of it, columns and all, is soonest done.
 */
function isLittle(views: View[], {query, since, until}: SearchRequest, {from, to}: Span): boolean {
  const sealed = views.filter(({kind}) => kind === 'sealed')
  const byWords = sealed.every(({spans}) => spans)
  if (!byWords && (query.kind === 'all' || since === undefined || until === undefined)) return false
  const rows = sealed.reduce((sum, {min, max, rows}) => {
    const shared = (Math.min(max + 1, to) - Math.max(min, from)) / (max + 1 - min)
    return sum + rows * shared
  }, 0)
  return rows <= (byWords ? MOST_LITTLE.byWords : MOST_LITTLE.byTime)
}

/**
 * The first matches of some segments. `whole` reads the records with them, which pays where a segment is read whole
 * anyway (hot) or few of its rows are looked at (Bloom filters); else a narrow scan finds their keys first.
 */
async function candidates(
  lake: Readable,
  request: SearchRequest,
  views: View[],
  span: Span,
  whole: boolean,
  signal?: AbortSignal,
): Promise<Candidate[]> {
  if (views.length === 0) return []
  const parameters = new Parameters()
  const times = [...timeConditions(request), ...spanConditions(span)]
  if (request.after) times.push(afterKey(keyAt(request.after), request.order, parameters))
  // A hot segment has no filters to make use of: one look at it is enough.
  const queries = views[0]?.kind === 'sealed' ? alternatives(request.query) : [request.query]
  const tables = queries.map((query) =>
    selectFrom(views, whole ? SELECTED : KEY, [...times, ...candidateConditions(query, parameters)]),
  )
  const sql = `${unionOf(tables)}${orderedBy(request.order, request.limit)}`
  const reader = new RecordReader()
  const found: Candidate[] = []
  for await (const chunk of chunksOf(lake, sql, parameters, signal)) {
    if (whole) found.push(...reader.readChunk(chunk).map((record) => ({...keyOf(record), record})))
    else {
      const [ms, ns, source, offset] = chunk.columns as [number[], number[], string[], number[]]
      for (let i = 0; i < chunk.rows; i++)
        found.push({ms: ms[i] as number, ns: ns[i] as number, source: source[i] as string, offset: offset[i] as number})
    }
  }
  return found
}

const KEY = 'time, ns, source, byte_offset'

function keyOf(record: LogRecord): Key {
  return {...readBound(record['@timestamp']), source: record.source.id, offset: record.source.offset}
}

function keyAt({time, source, offset}: RecordPlace): Key {
  return {...readBound(time), source, offset}
}

/** The times that may be asked for, with the place to begin after. */
function spanOf(request: SearchRequest, after = request.after && keyAt(request.after)): Span {
  const span = boundsOf(request)
  if (after && request.order === 'oldest') span.from = Math.max(span.from, after.ms)
  else if (after) span.to = Math.min(span.to, after.ms + 1)
  return span
}

/** Reads the records of those candidates that have none yet; sealed segments are sorted by time, so few rows are. */
async function readMissing(
  lake: Readable,
  request: SearchRequest,
  found: Candidate[],
  all: View[],
  signal?: AbortSignal,
): Promise<LogRecord[]> {
  const missing = found.filter(({record}) => record === undefined)
  if (missing.length > 0) {
    const times = missing.map(({ms}) => ms)
    const span = {from: Math.min(...times), to: Math.max(...times) + 1}
    const parameters = new Parameters()
    const sources = [...new Set(missing.map(({source}) => source))].map((source) => parameters.bind(source))
    const conditions = [
      ...spanConditions(span),
      sources.length === 1 ? `source = ${sources[0]}` : `source IN (${sources.join(', ')})`,
      `byte_offset IN (${[...new Set(missing.map(({offset}) => offset))].join(', ')})`,
    ]
    const views = all.filter((view) => view.kind === 'sealed' && overlaps(view, span))
    const reader = new RecordReader()
    const records = new Map<string, LogRecord[]>()
    for await (const chunk of chunksOf(lake, selectFrom(views, SELECTED, conditions), parameters, signal)) {
      for (const record of reader.readChunk(chunk)) {
        // Two records may share their place: a line that was cut off, and the same line whole.
        if (!matches(request.query, record)) continue
        const name = nameOf(keyOf(record))
        records.set(name, [...(records.get(name) ?? []), record])
      }
    }
    for (const candidate of missing) candidate.record = records.get(nameOf(candidate))?.shift()
  }
  const records = found.flatMap(({record}) => record ?? [])
  return isDecided(request.query) ? records : records.filter((record) => matches(request.query, record))
}

function nameOf({ms, ns, source, offset}: Key): string {
  return `${ms}.${ns}.${offset}.${source}`
}

/** Goes through time in stretches of about 20,000 records, each sorted by itself and read as a stream. */
async function* searchMany(lake: Readable, request: SearchRequest, signal?: AbortSignal): AsyncGenerator<LogRecord[]> {
  let last = request.after && keyAt(request.after)
  let left = request.limit
  for (let tries = 1; ; tries++) {
    try {
      for await (const page of stretches(lake, {...request, limit: left}, last, signal)) {
        last = keyOf(page.at(-1) as LogRecord)
        left -= page.length
        tries = 1
        yield page
        if (signal?.aborted) return
      }
      return
    } catch (error) {
      if (signal?.aborted) return
      // Sealed or removed since the manifest was read: a new one, from where we are.
      lookAgain(lake, error, tries)
    }
  }
}

async function* stretches(
  lake: Readable,
  request: SearchRequest,
  after: Key | undefined,
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  const {order} = request
  const bounds = spanOf(request, after)
  let key = after
  const views = viewsFor(lake, request.query, takeSnapshot(lake).views).filter((view) => overlaps(view, bounds))
  const decided = isDecided(request.query)
  let left = request.limit
  let size = 1
  for (let span = nextWindow(views, bounds, size, order); span && left > 0; ) {
    let found = 0
    for await (const read of stretch(lake, {...request, limit: left}, views, span, key, signal)) {
      found += read.length
      const page = decided ? read : read.filter((record) => matches(request.query, record)).slice(0, left)
      left -= page.length
      if (page.length > 0) yield page
      if (left <= 0) return
    }
    size = found < FEW_MATCHES ? size * 4 : Math.max(1, size / 4)
    key = undefined
    if (order === 'oldest') bounds.from = span.to
    else bounds.to = span.from
    span = nextWindow(views, bounds, size, order)
  }
}

async function* stretch(
  lake: Readable,
  request: SearchRequest,
  all: View[],
  span: Span,
  after: Key | undefined,
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  const views = all.filter((view) => overlaps(view, span))
  if (views.length === 0) return
  const parameters = new Parameters()
  const conditions = [
    ...timeConditions(request),
    ...spanConditions(span),
    ...candidateConditions(request.query, parameters),
  ]
  if (after) conditions.push(afterKey(after, request.order, parameters))
  const limit = isDecided(request.query) ? request.limit : Number.POSITIVE_INFINITY
  const sql = `${selectFrom(views, SELECTED, conditions)}${orderedBy(request.order, limit)}`
  const reader = new RecordReader()
  for await (const chunk of chunksOf(lake, sql, parameters, signal)) {
    const records = reader.readChunk(chunk)
    for (let at = 0; at < records.length; at += PAGE) yield records.slice(at, at + PAGE)
  }
}
