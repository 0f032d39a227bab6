import {chmodSync, closeSync, fsyncSync, openSync, renameSync, statSync} from 'node:fs'
import {LogflowError} from '../../errors/logflow-error.js'
import {COLUMNS} from './columns.js'
import {describeSealed} from './descriptions.js'
import type {Duck} from './duckdb.js'
import {remove, syncDir} from './durable.js'
import {corrupt, duckError, fileError, missing, SegmentGone} from './errors.js'
import {type Layout, ROW_GROUP} from './layout.js'
import type {SealedSegment} from './manifest.js'
import {quote, readHot} from './sql.js'
import type {StoredRanges} from './stored-ranges.js'
import type {Trailer} from './trailer.js'

/**
 * DuckDB makes Bloom filters of dictionaries: with its usual limit on their size ids get none. At the size of a row group
 * every column would get both, numbers too, and a record take 56 bytes for 34; just below, columns that never repeat a
 * value go without. Filters at 5 % false positives take 2.7 bytes a record, at the usual 1 % 4.7.
 */
const DICTIONARY_LIMIT = 10_000

/** How DuckDB writes a sealed segment. */
export const PARQUET = [
  'FORMAT parquet',
  'PARQUET_VERSION v2',
  'COMPRESSION zstd',
  'COMPRESSION_LEVEL 1',
  `ROW_GROUP_SIZE ${ROW_GROUP}`,
  `DICTIONARY_SIZE_LIMIT ${DICTIONARY_LIMIT}`,
  'BLOOM_FILTER_FALSE_POSITIVE_RATIO 0.05',
].join(', ')

/** A hot segment that waits to be sealed. */
export interface FullSegment {
  seq: number
  /** Its last. */
  trailer: Trailer
  /** What it holds, and no other segment. */
  ranges: StoredRanges
}

/**
 * Writes a full hot segment as Parquet, sorted by time. Durable when it returns, yet seen by nobody until the manifest
 * names it. Every row must arrive: a line that cannot be read is CORRUPT, never passed over.
 */
export async function sealSegment(duck: Duck, layout: Layout, full: FullSegment): Promise<SealedSegment> {
  const {seq, trailer: last, ranges} = full
  const hot = layout.hot(seq)
  const temp = layout.sealing({seq})
  const from = readHot({path: hot, longest: last.longest, tolerant: false})
  const columns = COLUMNS.map(({name}) => name).join(', ')
  // Half the work and a third of the memory is sorting; rows that came in order keep it.
  const order = last.tail === null ? ' ORDER BY time, ns, source, byte_offset' : ''
  const sorted = `SELECT ${columns} FROM ${from} WHERE n IS NOT NULL${order}`
  try {
    const [answer] = await duck.rows(`COPY (${sorted}) TO ${quote(temp)} (${PARQUET})`)
    const rows = Number(answer?.[0])
    if (rows !== last.rows) throw corrupt(hot, `it holds ${rows} records, and its commits speak of ${last.rows}`)
    const {min, max, stored} = last
    if (min === null || max === null) throw new LogflowError('INTERNAL', `${hot} is full, and has no records`)
    const summary = {rows, raw: statSync(hot).size, min, max, stored}
    return publishSealed(layout, temp, {kind: 'sealed', seq, ...summary}, ranges.toJSON())
  } catch (error) {
    remove(temp)
    const said = duckError(error, hot)
    throw said instanceof SegmentGone ? missing(said) : said
  }
}

/**
 * Gives a Parquet file that has been written its description and its name, both durable. Nobody sees it until the
 * manifest names it.
 */
export function publishSealed(
  layout: Layout,
  temp: string,
  segment: Omit<SealedSegment, 'bytes'>,
  ranges: Record<string, number[]>,
): SealedSegment {
  const path = layout.sealed(segment)
  try {
    chmodSync(temp, 0o600)
    const fd = openSync(temp, 'r+')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    describeSealed(layout, segment, {rows: segment.rows, ranges, path: temp})
    renameSync(temp, path)
    syncDir(layout.sealedDir)
    return {...segment, bytes: statSync(path).size}
  } catch (error) {
    throw fileError(error, 'write', path)
  }
}
