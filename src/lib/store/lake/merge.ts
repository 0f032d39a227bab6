import {existsSync} from 'node:fs'
import {COLUMNS} from './columns.js'
import {readDescription} from './descriptions.js'
import type {Duck} from './duckdb.js'
import {remove} from './durable.js'
import {corrupt, duckError} from './errors.js'
import {damageOf} from './inspect-segment.js'
import type {Layout} from './layout.js'
import type {SealedSegment, Segment, SegmentPart} from './manifest.js'
import {PARQUET, publishSealed} from './seal.js'
import {makeWords} from './segment-words.js'
import {quote, readSealed} from './sql.js'
import {StoredRanges} from './stored-ranges.js'

/**
 * What a merged segment holds at the most, a little more than a full one; bytes are those of NDJSON. Of a million records
 * each, scans were 5 % faster, looking up an id took twice the time and the newest 100 of a word six times, since
 * segments are what such a search takes one by one.
 */
const MOST = {rows: 131_072, raw: 96 * 2 ** 20}
/** None that makes up more than this share of the whole is written anew. */
const LARGEST_SHARE = 0.75

/**
 * Which neighbours to merge next; `undefined` where there is nothing to do. Only such as were stored on the same day (UTC), so
 * that retention, which drops whole segments, is a day late at the most: `atOnce` or more, so that no record is written
 * anew many times, and fewer when no more can come to them, as the day is over or the next would be too much. Those with a note of damage, and those that are
 * not described, stay as they are.
 */
export function planMerge(
  layout: Layout,
  segments: readonly Segment[],
  {now, atOnce}: {now: number; atOnce: number},
): SealedSegment[] | undefined {
  if (!Number.isFinite(atOnce)) return undefined
  const today = new Date(now).toISOString().slice(0, 10)
  for (let first = 0; first < segments.length; first++) {
    const run = runFrom(layout, segments, first)
    const [{stored} = {stored: ''}] = run
    const next = segments[first + run.length]
    const closed = stored.slice(0, 10) < today || (next?.kind === 'sealed' && sumOf([...run, next]).tooMuch)
    const {rows} = sumOf(run)
    const largest = Math.max(...run.map((segment) => segment.rows))
    if (run.length >= (closed ? 2 : atOnce) && largest <= LARGEST_SHARE * rows) return run
  }
  return undefined
}

/** The longest run of neighbours from one on that may become one segment. */
function runFrom(layout: Layout, segments: readonly Segment[], first: number): SealedSegment[] {
  const run: SealedSegment[] = []
  for (const segment of segments.slice(first)) {
    if (segment.kind !== 'sealed' || sumOf([...run, segment]).tooMuch) break
    if (run[0] && run[0].stored.slice(0, 10) !== segment.stored.slice(0, 10)) break
    if (existsSync(layout.damageNote(segment.seq)) || !existsSync(layout.description(segment))) break
    run.push(segment)
  }
  return run
}

function sumOf(segments: readonly SealedSegment[]): {rows: number; raw: number; tooMuch: boolean} {
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0)
  const raw = segments.reduce((sum, segment) => sum + segment.raw, 0)
  return {rows, raw, tooMuch: rows > MOST.rows || raw > MOST.raw}
}

/**
 * Writes neighbours as one segment, sorted by time, with its words. Durable when it returns, yet seen by nobody until
 * the manifest names it. `undefined` where the signal aborts. Throws CORRUPT where a part is damaged.
 */
export async function mergeSegments(
  duck: Duck,
  layout: Layout,
  segments: readonly SealedSegment[],
  signal: AbortSignal,
): Promise<SealedSegment | undefined> {
  const whole = wholeOf(segments)
  const temp = layout.sealing(whole)
  try {
    const ranges = new StoredRanges()
    for (const segment of segments) {
      const damage = damageOf(layout, segment)
      const description = readDescription(layout, segment)
      if (damage || !description) throw corrupt(layout.sealed(segment), damage ?? 'it is not described')
      ranges.merge(description.ranges)
    }
    let rows = Number.NaN
    for await (const {columns} of duck.query(mergeSql(layout, segments, temp), [], signal))
      rows = Number(columns[0]?.[0])
    if (signal.aborted) return undefined
    if (rows !== whole.rows) throw corrupt(temp, `${rows} records came of ${whole.rows}`)
    const merged = publishSealed(layout, temp, whole, ranges.toJSON())
    await makeWords(duck, layout, merged, signal).catch(() => {})
    return merged
  } catch (error) {
    if (signal.aborted) return undefined
    throw duckError(error, layout.sealedDir)
  } finally {
    remove(temp)
  }
}

function wholeOf(segments: readonly SealedSegment[]): Omit<SealedSegment, 'bytes'> {
  const last = segments.at(-1) as SealedSegment
  const parts = segments.flatMap(({parts, seq, rows}): SegmentPart[] => parts ?? [{seq, rows}])
  const {rows, raw} = sumOf(segments)
  const min = Math.min(...segments.map((segment) => segment.min))
  const max = Math.max(...segments.map((segment) => segment.max))
  const stored = segments
    .map((segment) => segment.stored)
    .sort()
    .at(-1) as string
  return {kind: 'sealed', seq: last.seq, parts, rows, raw, min, max, stored}
}

/** Sorting is most of the work, and left out where the segments follow each other in time. */
function mergeSql(layout: Layout, segments: readonly SealedSegment[], temp: string): string {
  let before = 0
  const tables = segments.map((segment) => {
    const columns = COLUMNS.map(({name}) => (name === 'n' ? `CAST(n + ${before} AS UINTEGER) AS n` : name)).join(', ')
    before += segment.rows
    return {min: segment.min, max: segment.max, sql: `SELECT ${columns} FROM ${readSealed([layout.sealed(segment)])}`}
  })
  tables.sort((a, b) => a.min - b.min)
  const inOrder = tables.every(({min}, i) => i === 0 || min > (tables[i - 1] as (typeof tables)[0]).max)
  const order = inOrder ? '' : ' ORDER BY time, ns, source, byte_offset'
  const rows = `SELECT * FROM (${tables.map(({sql}) => sql).join(' UNION ALL ')})${order}`
  return `COPY (${rows}) TO ${quote(temp)} (${PARQUET})`
}
