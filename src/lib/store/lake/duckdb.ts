// A thin wrapper of DuckDB's C interface: open in memory, run SQL with bound parameters, read results by column.
// The bindings are called directly: the official package over them costs 80 to 100 ms of start-up.

import {createRequire} from 'node:module'
import type duckdb from '@duckdb/node-bindings'

type Bindings = typeof duckdb

export type DuckValue = string | number | bigint | boolean | null
export type DuckParameter = string | number | bigint | boolean

/** Some rows of an answer, by column, in the order of the SELECT. */
export interface DuckChunk {
  rows: number
  columns: DuckValue[][]
}

export interface DuckOptions {
  memoryLimitMb: number
  threads: number
  /** Where sorts spill to; made when needed, removed on close. */
  tempDir: string
}

/** Codes of duckdb_type for the columns we read. */
const BOOLEAN = 1
const READERS: Record<number, {bytes: number; read: (view: DataView, at: number) => DuckValue}> = {
  1: {bytes: 1, read: (view, at) => view.getUint8(at) !== 0},
  4: {bytes: 4, read: (view, at) => view.getInt32(at, true)},
  5: {bytes: 8, read: (view, at) => toNumber(view.getBigInt64(at, true))},
  6: {bytes: 1, read: (view, at) => view.getUint8(at)},
  7: {bytes: 2, read: (view, at) => view.getUint16(at, true)},
  8: {bytes: 4, read: (view, at) => view.getUint32(at, true)},
  9: {bytes: 8, read: (view, at) => toNumber(view.getBigUint64(at, true))},
  11: {bytes: 8, read: (view, at) => view.getFloat64(at, true)},
  22: {bytes: 8, read: (view, at) => view.getBigInt64(at, true)},
}
const VARCHAR = 17
/** A string of up to this many bytes stands in the vector itself. */
const INLINED = 12

export class Duck {
  readonly #bindings: Bindings
  readonly #database: Promise<duckdb.Database>
  readonly #memoryLimitMb: number
  #more: Promise<unknown> | undefined
  #open = true

  /** Starts opening at once, in a thread of its own; failures come out of the first query. */
  constructor(options: DuckOptions) {
    this.#bindings = loadBindings()
    this.#memoryLimitMb = options.memoryLimitMb
    const config = this.#bindings.create_config()
    const settings: Record<string, string> = {
      threads: String(options.threads),
      memory_limit: `${options.memoryLimitMb}MB`,
      temp_directory: options.tempDir,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      enable_external_file_cache: 'false',
      // What a statement is done with goes back to the system at once: of a writer it is 25 MB.
      allocator_flush_threshold: '4MB',
      allocator_bulk_deallocation_flush_threshold: '8MB',
    }
    for (const [name, value] of Object.entries(settings)) this.#bindings.set_config(config, name, value)
    this.#database = this.#prepare(this.#bindings.open(':memory:', config))
    this.#database.catch(() => {})
  }

  get version(): string {
    return this.#bindings.library_version()
  }

  /** The rows of an answer, chunk by chunk, as they are made; leaving the loop or aborting stops the work. */
  async *query(sql: string, parameters: DuckParameter[] = [], signal?: AbortSignal): AsyncGenerator<DuckChunk> {
    const db = this.#bindings
    const connection = await db.connect(await this.#database)
    const stop = () => db.interrupt(connection)
    signal?.addEventListener('abort', stop, {once: true})
    let statement: duckdb.PreparedStatement | undefined
    try {
      statement = await db.prepare(connection, sql)
      this.#bind(statement, parameters)
      const result = await db.execute_prepared_streaming(statement)
      const types = Array.from({length: db.column_count(result)}, (_, i) => db.column_type(result, i) as number)
      for (;;) {
        if (signal?.aborted) return
        const chunk = await db.fetch_chunk(result)
        if (!chunk) return
        const rows = db.data_chunk_get_size(chunk)
        if (rows === 0) return
        const columns = types.map((type, i) => this.#column(db.data_chunk_get_vector(chunk, i), type, rows))
        yield {rows, columns}
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      if (statement) db.destroy_prepare_sync(statement)
      db.disconnect_sync(connection)
    }
  }

  /** Whether `allowMore` has been asked for. */
  get allowsMore(): boolean {
    return this.#more !== undefined
  }

  /** Allows four times the memory: for the rare rows of many megabytes, which need what they need. */
  async allowMore(): Promise<void> {
    this.#more ??= this.rows(`SET GLOBAL memory_limit = '${4 * this.#memoryLimitMb}MB'`)
    await this.#more
  }

  /** All rows of a small answer. */
  async rows(sql: string, parameters: DuckParameter[] = []): Promise<DuckValue[][]> {
    const rows: DuckValue[][] = []
    for await (const chunk of this.query(sql, parameters)) {
      for (let i = 0; i < chunk.rows; i++) rows.push(chunk.columns.map((column) => column[i] as DuckValue))
    }
    return rows
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    const database = await this.#database.catch(() => undefined)
    if (database) this.#bindings.close_sync(database)
  }

  /** The footers of Parquet files are kept: most searches read them twice. Only known once the engine is open. */
  async #prepare(opening: Promise<duckdb.Database>): Promise<duckdb.Database> {
    const database = await opening
    const connection = await this.#bindings.connect(database)
    await this.#bindings.query(connection, 'SET GLOBAL parquet_metadata_cache = true')
    this.#bindings.disconnect_sync(connection)
    return database
  }

  #bind(statement: duckdb.PreparedStatement, parameters: DuckParameter[]): void {
    parameters.forEach((value, i) => {
      if (typeof value === 'string') this.#bindings.bind_varchar(statement, i + 1, value)
      else if (typeof value === 'boolean') this.#bindings.bind_boolean(statement, i + 1, value)
      else if (typeof value === 'bigint') this.#bindings.bind_int64(statement, i + 1, value)
      else this.#bindings.bind_double(statement, i + 1, value)
    })
  }

  #column(vector: duckdb.Vector, type: number, rows: number): DuckValue[] {
    const validity = this.#bindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8)
    const isNull = (row: number) => validity && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0
    if (type === VARCHAR) return this.#strings(vector, rows, isNull)
    const reader = READERS[type] ?? READERS[BOOLEAN]
    if (!reader || !READERS[type]) throw new TypeError(`no reader for columns of DuckDB's type ${type}`)
    const data = this.#bindings.vector_get_data(vector, rows * reader.bytes)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    return Array.from({length: rows}, (_, row) => (isNull(row) ? null : reader.read(view, row * reader.bytes)))
  }

  #strings(vector: duckdb.Vector, rows: number, isNull: (row: number) => unknown): (string | null)[] {
    const data = this.#bindings.vector_get_data(vector, rows * 16)
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    return Array.from({length: rows}, (_, row) => {
      if (isNull(row)) return null
      const at = row * 16
      const length = bytes.readUInt32LE(at)
      if (length <= INLINED) return bytes.toString('utf8', at + 4, at + 4 + length)
      const far = this.#bindings.get_data_from_pointer(data.buffer as ArrayBuffer, data.byteOffset + at + 8, length)
      return Buffer.from(far.buffer, far.byteOffset, length).toString('utf8')
    })
  }
}

function toNumber(value: bigint): number {
  return Number(value)
}

/**
 * The bindings of this platform. Asked for by name first: the package's own search looks up the C library's kind,
 * which takes 15 ms.
 */
function loadBindings(): Bindings {
  const require = createRequire(import.meta.url)
  if (process.platform === 'linux') {
    try {
      return require(`@duckdb/node-bindings-${process.platform}-${process.arch}/duckdb.node`) as Bindings
    } catch {
      // Another C library, or an unusual layout of node_modules: let the package find it.
    }
  }
  return require('@duckdb/node-bindings') as Bindings
}
