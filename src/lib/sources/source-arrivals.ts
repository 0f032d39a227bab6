// When the bytes of a source first came, in the source table: one row a stretch of bytes, ascending.

import type {Database} from 'libsql'

/** Bytes below `upTo` that no earlier mark covers were first seen at `observed` (RFC 3339, UTC, milliseconds). */
export interface ArrivalMark {
  upTo: number
  observed: string
}

/** Stands for "to the end, wherever that is". */
const UNKNOWN_END = Number.MAX_SAFE_INTEGER

interface ArrivalRow {
  up_to: number
  observed: string
}

/** All marks of a source, once bytes up to `size` that have none yet got `now`. */
export function arrivalsUpTo(db: Database, id: string, size: number, now: string): ArrivalMark[] {
  markArrival(db, id, size, now)
  const rows = db.prepare('select up_to, observed from arrivals where source = ? order by up_to').all([id])
  const marks = (rows as ArrivalRow[]).map(({up_to, observed}) => ({
    upTo: up_to === UNKNOWN_END ? Number.POSITIVE_INFINITY : up_to,
    observed,
  }))
  return marks.length > 0 ? marks : [{upTo: 0, observed: now}]
}

/** Bytes up to `size` (Infinity where that is not known) that have no mark yet came at `now`. */
export function markArrival(db: Database, id: string, size: number, now: string): void {
  const upTo = Number.isFinite(size) ? size : UNKNOWN_END
  if (upTo > lastMark(db, id)) insert(db, id, upTo, now)
}

/** The mark with an open end ends at `end`. */
export function endMark(db: Database, id: string, end: number, observed: string): void {
  db.prepare('delete from arrivals where source = ? and up_to = ?').run([id, UNKNOWN_END])
  if (end > lastMark(db, id)) insert(db, id, end, observed)
}

/** Looked up alone: a source that is followed for days has a mark for each second in which something came. */
function lastMark(db: Database, id: string): number {
  const last = db.prepare('select up_to from arrivals where source = ? order by up_to desc limit 1').get([id])
  return (last as ArrivalRow | undefined)?.up_to ?? 0
}

function insert(db: Database, id: string, upTo: number, observed: string): void {
  db.prepare('insert into arrivals values(?, ?, ?)').run([id, upTo, observed])
}
