import type {LogRecord} from '../../record/record.js'
import type {RecordFilter} from '../store.js'
import {RecordReader, SELECTED} from './columns.js'
import {compileConditions} from './compile-query.js'
import {askSnapshot, boundsOf, chunksOf, type Readable, readMatches, selectFrom, timeConditions} from './scan.js'
import {takeSnapshot, type View} from './segments.js'
import {Parameters} from './sql.js'
import {viewsFor} from './views-for.js'
import {overlaps} from './windows.js'

/** How many records match. */
export async function countLake(lake: Readable, filter: RecordFilter): Promise<number> {
  if (filter.query.kind === 'all' && filter.since === undefined && filter.until === undefined)
    return takeSnapshot(lake).views.reduce((sum, {rows}) => sum + rows, 0)
  return askSnapshot(lake, async (all) => {
    const views = viewsFor(lake, filter.query, all).filter((view) => overlaps(view, boundsOf(filter)))
    if (views.length === 0) return 0
    const parameters = new Parameters()
    const {decided, open} = compileConditions(filter.query, parameters)
    const hit = `(${open.join(' AND ') || 'true'}) AS hit`
    const hits = selectFrom(views, hit, [...timeConditions(filter), ...decided])
    const counts = `SELECT count(*) FILTER (hit), count(*) FILTER (hit IS NULL) FROM (${hits})`
    const [row] = await rowsOf(lake, counts, parameters)
    const [known, undecided] = [Number(row?.[0]), Number(row?.[1])]
    return undecided === 0 ? known : known + (await countUndecided(lake, filter, views))
  })
}

async function countUndecided(lake: Readable, filter: RecordFilter, views: View[]): Promise<number> {
  let count = 0
  for await (const page of readMatches(lake, filter, views, 'undecided')) count += page.length
  return count
}

/** Distinct values of a column, most frequent first. */
export function valuesOfLake(lake: Readable, column: string, limit: number): Promise<string[]> {
  return askSnapshot(lake, async (views) => {
    if (views.length === 0) return []
    const values = selectFrom(views, `${column} AS value`, [`${column} IS NOT NULL`])
    const sql = `SELECT value FROM (${values}) GROUP BY value ORDER BY count(*) DESC, value LIMIT ${Math.floor(limit)}`
    return (await rowsOf(lake, sql, new Parameters())).map(([value]) => value as string)
  })
}

/** The record at a place of a source, if its bytes have this checksum. */
export function getFromLake(
  lake: Readable,
  id: {source: string; offset: number; crc: number},
): Promise<LogRecord | undefined> {
  return askSnapshot(lake, async (views) => {
    if (views.length === 0) return undefined
    const parameters = new Parameters()
    const conditions = [
      `byte_offset = ${parameters.bind(BigInt(id.offset))}`,
      `crc = ${id.crc}`,
      `source = ${parameters.bind(id.source)}`,
    ]
    const reader = new RecordReader()
    let found: LogRecord | undefined
    for await (const chunk of chunksOf(lake, selectFrom(views, SELECTED, conditions), parameters))
      found ??= reader.readChunk(chunk)[0]
    return found
  })
}

async function rowsOf(lake: Readable, sql: string, parameters: Parameters): Promise<unknown[][]> {
  const rows: unknown[][] = []
  for await (const chunk of chunksOf(lake, sql, parameters)) {
    for (let i = 0; i < chunk.rows; i++) rows.push(chunk.columns.map((column) => column[i]))
  }
  return rows
}
