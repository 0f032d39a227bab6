import type {LogRecord} from '../../record/record.js'
import type {RecordFilter} from '../store.js'
import {RecordReader, SELECTED} from './columns.js'
import {askSnapshot, boundsOf, chunksOf, queryConditions, type Readable, selectFrom, timeConditions} from './scan.js'
import {takeSnapshot} from './segments.js'
import {Parameters} from './sql.js'
import {overlaps} from './windows.js'

/** How many records match. */
export async function countLake(lake: Readable, filter: RecordFilter): Promise<number> {
  if (filter.query.kind === 'all' && filter.since === undefined && filter.until === undefined)
    return takeSnapshot(lake).views.reduce((sum, {rows}) => sum + rows, 0)
  return askSnapshot(lake, async (all) => {
    const views = all.filter((view) => overlaps(view, boundsOf(filter)))
    if (views.length === 0) return 0
    const parameters = new Parameters()
    const conditions = [...timeConditions(filter), ...queryConditions(filter.query, parameters)]
    const [row] = await rowsOf(lake, `SELECT count(*) FROM (${selectFrom(views, 'time', conditions)})`, parameters)
    return Number(row?.[0])
  })
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
