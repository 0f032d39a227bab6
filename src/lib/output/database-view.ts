import {escapeLine} from './escape-controls.js'
import {formatCount, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'

export interface DatabasePart {
  version: string
  location: string
  migration?: string
  pending: string[]
  rows: Record<string, number>
}

/** What a line of `status` says about the database. */
export function databaseLine({version, location, migration, pending, rows}: DatabasePart): string {
  const parts = [version, escapeLine(location)]
  if (migration === undefined) parts.push('no tables yet')
  else parts.push(`tables at ${escapeLine(migration)}`)
  if (pending.length > 0 && migration !== undefined) parts.push(`${plural(pending.length, 'migration')} pending`)
  if (rows.users !== undefined) parts.push(plural(rows.users, 'user'))
  return parts.join('   ')
}

/** The database for people: what it is, and how many rows each table holds. */
export function databaseView(part: DatabasePart, screen: Screen): string {
  const palette = paletteFor(screen.color)
  const names = Object.keys(part.rows)
  const width = Math.max(0, ...names.map((name) => name.length))
  const rows = names.map((name) => `  ${name.padEnd(width)}  ${formatCount(part.rows[name] ?? 0)}`)
  const pending = part.pending.map((name) => palette.warn(`  pending: ${name}`))
  return `${[databaseLine(part), ...pending, ...rows].join('\n')}\n`
}
