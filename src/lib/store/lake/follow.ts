import {closeSync, openSync, readSync, statSync} from 'node:fs'
import {LogflowError} from '../../errors/logflow-error.js'
import {matches} from '../../query/matches.js'
import type {LogRecord} from '../../record/record.js'
import {describeDamage} from '../describe-damage.js'
import type {FollowEvent, FollowRequest, GapCause, RecordFilter} from '../store.js'
import {firstSeq, placeAfter, rowsBefore} from './arrival.js'
import {RecordReader, SELECTED} from './columns.js'
import {corrupt, duckError, SegmentGone} from './errors.js'
import {manifestStamp} from './manifest.js'
import type {Readable} from './scan.js'
import {lookAgain, takeSnapshot, type View} from './segments.js'
import {readSealed} from './sql.js'
import {compareBounds, readBound} from './time.js'

/** A place in the order of arrival: a segment, how many of its rows lie before, and the bytes these take while hot. */
interface Place {
  seq: number
  rows: number
  bytes: number
}

const POLL_MS = 100
const CHUNK = 1 << 20
const PAGE = 1_000
const NEWLINE = 10

export function lakePosition(lake: Readable): string {
  const last = takeSnapshot(lake).views.at(-1)
  return encodePlace(last ? {...placeAfter(last, last.rows), bytes: last.bytes} : {seq: 0, rows: 0, bytes: 0})
}

function encodePlace({seq, rows, bytes}: Place): string {
  return `${seq}.${rows}.${bytes}`
}

function decodePlace(text: string): Place {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(text)
  if (!match) throw new LogflowError('USAGE', `"${text}" is no position of the embedded store`)
  const [seq, rows, bytes] = match.slice(1).map(Number) as [number, number, number]
  return {seq, rows, bytes}
}

/** Records in the order of arrival from a place on; looks for more every tenth of a second. */
export async function* followLake(
  lake: Readable,
  request: FollowRequest,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  const place = decodePlace(request.from)
  const wanted = wantedBy(request.filter)
  let caughtUp = false
  let tries = 0
  for (let seen: string | undefined; !signal.aborted; await pause(POLL_MS, signal)) {
    const stamp = changeStamp(lake, place)
    if (stamp === seen && caughtUp) continue
    try {
      for await (const event of catchUp(lake, place, wanted, signal)) {
        caughtUp = false
        yield event
        if (signal.aborted) return
      }
    } catch (error) {
      if (signal.aborted) return
      // Sealed since it was looked at: the next round goes on at `place`.
      for (const damaged of lookAgain(lake, error, ++tries)) {
        yield {kind: 'gap', cause: 'damaged', reason: describeDamage(damaged)}
      }
      continue
    }
    tries = 0
    seen = stamp
    if (!caughtUp) yield {kind: 'caught-up', next: encodePlace(place)}
    caughtUp = true
  }
}

/** Everything stored after `place`, which moves along. */
async function* catchUp(
  lake: Readable,
  place: Place,
  wanted: (record: LogRecord) => boolean,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  const {views} = takeSnapshot(lake)
  const lost = whatIsLost(views, place)
  if (lost) {
    yield {kind: 'gap', ...lost}
    Object.assign(place, {seq: views[0] ? firstSeq(views[0]) : 0, rows: 0, bytes: 0})
  }
  for (const view of views) {
    if (view.seq < place.seq) continue
    if (firstSeq(view) > place.seq) Object.assign(place, {...placeAfter(view, 0), bytes: 0})
    const pages = view.kind === 'hot' ? hotAfter(view, place) : sealedAfter(lake, view, place, signal)
    for await (const page of pages) {
      const records = page.filter(wanted)
      if (records.length > 0) yield {kind: 'records', records, next: encodePlace(place)}
    }
  }
}

/** Rows of a hot segment after a place, up to the last commit. The place lies behind each page that is given. */
async function* hotAfter(view: View, place: Place): AsyncGenerator<LogRecord[]> {
  // A failed commit was cut off again after it had been seen: it comes once more, in the next segment.
  if (view.bytes < place.bytes) Object.assign(place, {rows: view.rows, bytes: view.bytes})
  if (view.bytes === place.bytes) return
  const reader = new RecordReader()
  const fd = openHot(view.path)
  try {
    let kept = Buffer.alloc(0)
    for (let at = place.bytes; at < view.bytes; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, view.bytes - at))
      const size = readSync(fd, chunk, 0, chunk.length, at)
      if (size === 0) return
      at += size
      const bytes = kept.length ? Buffer.concat([kept, chunk.subarray(0, size)]) : chunk.subarray(0, size)
      const end = bytes.lastIndexOf(NEWLINE) + 1
      kept = bytes.subarray(end)
      for (const page of pagesIn(bytes.subarray(0, end), view.path)) {
        place.bytes += page.bytes
        place.rows += page.rows.length
        yield page.rows.map((row) => reader.readHot(row))
      }
    }
  } finally {
    closeSync(fd)
  }
}

function openHot(path: string): number {
  try {
    return openSync(path, 'r')
  } catch {
    throw new SegmentGone(path)
  }
}

type Row = Record<string, unknown>

/** Whole lines as pages of rows, each with the bytes it took: trailers, which are no rows, among them. */
function* pagesIn(lines: Buffer, path: string): Generator<{rows: Row[]; bytes: number}> {
  let rows: Row[] = []
  let begin = 0
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf(NEWLINE, at)
    const row = end > at ? parseRow(lines.toString('utf8', at, end), path) : undefined
    at = end + 1
    if (row && row.n !== undefined) rows.push(row)
    if (rows.length < PAGE && at < lines.length) continue
    yield {rows, bytes: at - begin}
    rows = []
    begin = at
  }
}

function parseRow(line: string, path: string): Row {
  try {
    return JSON.parse(line) as Row
  } catch (error) {
    throw corrupt(path, 'a stored line in it is no JSON', error)
  }
}

/** Rows of a sealed segment after a place: Parquet keeps the order of arrival in a column. */
async function* sealedAfter(
  lake: Readable,
  view: View,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  let before = rowsBefore(view, place)
  if (before >= view.rows) return
  const reader = new RecordReader()
  const sql = `SELECT ${SELECTED} FROM ${readSealed([view.path])} WHERE n >= ${before} ORDER BY n`
  try {
    for await (const chunk of lake.duck.query(sql, [], signal)) {
      const records = reader.readChunk(chunk)
      for (let i = 0; i < records.length; i += PAGE) {
        const page = records.slice(i, i + PAGE)
        before += page.length
        Object.assign(place, placeAfter(view, before))
        yield page
      }
    }
  } catch (error) {
    throw duckError(error, lake.layout.dir)
  }
}

/** Why records between the place and now may be gone for good; `undefined` where they are all there. */
function whatIsLost(views: View[], place: Place): {cause: GapCause; reason: string} | undefined {
  if (place.seq === 0) return undefined
  const first = views[0]
  const last = views.at(-1)
  if (!first || !last || last.seq < place.seq) return {cause: 'restarted', reason: 'the store was emptied or replaced'}
  if (firstSeq(first) > place.seq)
    return {cause: 'removed', reason: 'the records that came next have been removed by retention'}
  return undefined
}

function wantedBy({query, since, until}: RecordFilter): (record: LogRecord) => boolean {
  const [from, to] = [since, until].map((bound) => (bound === undefined ? undefined : readBound(bound)))
  return (record) => {
    const time = from || to ? readBound(record['@timestamp']) : undefined
    if (time && from && compareBounds(time, from) < 0) return false
    if (time && to && compareBounds(time, to) >= 0) return false
    return matches(query, record)
  }
}

/** Changes when there may be something new. */
function changeStamp({layout}: Readable, place: Place): string {
  let size = 0
  try {
    size = statSync(layout.hot(place.seq)).size
  } catch {
    // Sealed and removed: the manifest tells.
  }
  return `${manifestStamp(layout)}/${place.seq}/${size}`
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, {once: true})
  })
}
