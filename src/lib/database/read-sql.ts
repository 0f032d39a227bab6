import {sql} from 'kysely'
import {LogflowError} from '../errors/logflow-error.js'
import type {Database} from './database.js'

export interface Answer {
  columns: string[]
  rows: Array<Record<string, unknown>>
}

/** Runs one statement that somebody has typed, and lets it change nothing. Rejects with BAD_QUERY where it is wrong. */
export async function readSql(database: Database, typed: string): Promise<Answer> {
  const statement = oneStatement(typed)
  try {
    const {rows} = await database.snapshot((queries) => sql.raw<Record<string, unknown>>(statement).execute(queries))
    const shown = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(value)])),
    )
    return {columns: Object.keys(shown[0] ?? {}), rows: shown}
  } catch (error) {
    throw ofTheStatement(error)
  }
}

function ofTheStatement(error: unknown): unknown {
  if (!(error instanceof LogflowError)) return error
  const said = error.cause instanceof Error ? error.cause.message : error.message
  if (error.code === 'PERMISSION') {
    return new LogflowError('NOT_SUPPORTED', `only statements that read are run here: ${said}`, {
      cause: error,
      suggestions: ['logflow db shell  without -c opens sqlite3 or psql, where they are installed'],
    })
  }
  const faulty = error.code === 'INTERNAL' || error.code === 'BACKEND_REFUSED'
  return faulty ? new LogflowError('BAD_QUERY', `the database says: ${said}`, {cause: error}) : error
}

/** Text, strings that end, names, comments, PostgreSQL's dollar quotes; then a semicolon. */
const PARTS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|(;)/g

/** Without its semicolon. SQLite would leave out what stands behind it, and not say so. */
export function oneStatement(typed: string): string {
  const ends = [...typed.matchAll(PARTS)].filter((match) => match[2] === ';').map((match) => match.index)
  const statement = typed.slice(0, ends[0]).trim()
  const rest = ends[0] === undefined ? '' : typed.slice(ends[0])
  if (statement === '') throw new LogflowError('USAGE', 'there is no statement')
  if (!/^(;|\s|--[^\n]*|\/\*[\s\S]*?\*\/)*$/.test(rest)) {
    throw new LogflowError('USAGE', 'one statement at a time', {suggestions: ['Run the others one by one']})
  }
  return statement
}

/** Types that only one engine has, as text. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `\\x${hex(value)}`
  return typeof value === 'bigint' ? value.toString() : value
}

function hex(bytes: ArrayBuffer | ArrayBufferView): string {
  const view = ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes
  return Buffer.from(view as Uint8Array).toString('hex')
}
