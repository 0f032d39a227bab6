import type {KeyRange, RecordKey} from '../store.js'
import type {DuckChunk} from './duckdb.js'
import {chunksOf, type Readable, selectFrom} from './scan.js'
import {lookAgain, takeSnapshot, type View} from './segments.js'
import {Parameters} from './sql.js'

/** The keys of the records in these ranges: three narrow columns, sorted by DuckDB, which spills what is too much. */
export async function* keysOfLake(
  lake: Readable,
  ranges: readonly KeyRange[],
  signal?: AbortSignal,
): AsyncGenerator<RecordKey[]> {
  if (ranges.length === 0) return
  for (let tries = 1; ; tries++) {
    let begun = false
    try {
      const views = takeSnapshot(lake).views.filter(({rows}) => rows > 0)
      if (views.length === 0) return
      const parameters = new Parameters()
      const sql = keysSql(views, ranges, parameters)
      for await (const chunk of chunksOf(lake, sql, parameters, signal)) {
        begun = true
        yield readKeys(chunk)
      }
      return
    } catch (error) {
      if (signal?.aborted) return
      // Sorting reads every segment before the first row comes out: from then on none can be gone.
      if (begun) throw error
      lookAgain(lake, error, tries)
    }
  }
}

function keysSql(views: View[], ranges: readonly KeyRange[], parameters: Parameters): string {
  const names = ranges.map(({source}) => parameters.bind(source))
  const low = Math.min(...ranges.map(({from}) => from))
  const high = Math.max(...ranges.map(({to}) => to))
  // What single columns say lets whole row groups be skipped; the join says which offsets of which source.
  const conditions = [`source IN (${names.join(', ')})`, `byte_offset >= ${low}`, `byte_offset < ${high}`]
  const keys = selectFrom(views, 'source, byte_offset, crc', conditions)
  const rows = ranges.map(({from, to}, i) => `(${names[i]}, ${from}, ${to})`)
  return `SELECT keys.source, byte_offset, crc FROM (${keys}) keys
    JOIN (VALUES ${rows.join(', ')}) wanted (source, first, beyond)
      ON keys.source = wanted.source AND byte_offset >= first AND byte_offset < beyond
    ORDER BY keys.source, byte_offset, crc`
}

function readKeys({rows, columns}: DuckChunk): RecordKey[] {
  const [sources, offsets, sums] = columns as [string[], number[], number[]]
  return Array.from({length: rows}, (_, i) => ({
    source: sources[i] as string,
    offset: offsets[i] as number,
    crc: sums[i] as number,
  }))
}
