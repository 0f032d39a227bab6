import {HOT_COLUMNS} from './columns.js'
import type {DuckParameter} from './duckdb.js'
import {LONGEST_USUAL_ROW} from './layout.js'

/** Collects bound values while SQL is put together; text from outside enters SQL through here only. */
export class Parameters {
  readonly values: DuckParameter[] = []

  /** The placeholder that stands for the value. */
  bind(value: DuckParameter): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}

/** Text as an SQL string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A path as DuckDB's readers take it: they read `*?[` as a pattern, and `key=value` folders as columns. */
export function quotePath(path: string): string {
  return quote(path.replace(/[[*?]/g, '[$&]'))
}

/** A table of sealed segments. `options`: more of DuckDB's for reading Parquet. */
export function readSealed(paths: string[], ...options: string[]): string {
  return `read_parquet([${paths.map(quotePath).join(',')}], ${['hive_partitioning=false', ...options].join(', ')})`
}

export interface HotScan {
  path: string
  /** Bytes of the longest row; DuckDB sizes its buffers by it. */
  longest: number
  /** Take unreadable lines for empty ones, as a torn end is while the writer writes. */
  tolerant: boolean
}

/** A table of the rows of a hot segment. Its trailers come as rows without `n`: filter by `n`. */
export function readHot({path, longest, tolerant}: HotScan): string {
  const options = [
    `columns=${HOT_COLUMNS}`,
    `format='newline_delimited'`,
    `maximum_object_size=${Math.max(longest + 1_024, LONGEST_USUAL_ROW)}`,
    `ignore_errors=${tolerant}`,
    'hive_partitioning=false',
    `compression='uncompressed'`,
  ]
  return `read_json(${quotePath(path)}, ${options.join(', ')})`
}
