// Where units of a source were cut for want of more, in the source table: the kept cuts, and the one mark of which it is
// not known yet whether a continuation comes behind it.

import type {Database} from 'libsql'

/** What layout 2 of the table adds to layout 1. */
export const CUTS_SCHEMA = `
  alter table sources add column tentative integer;
  create table cuts(source text not null, at integer not null, primary key(source, at)) without rowid;`

export function cutsOf(db: Database, id: string): {cuts: number[]; tentative?: number} {
  const rows = db.prepare('select at from cuts where source = ? order by at').all([id]) as Array<{at: number}>
  const cuts = rows.map(({at}) => at)
  const tentative = tentativeOf(db, id)
  if (tentative === undefined || cuts.includes(tentative)) return {cuts}
  return {cuts: [...cuts, tentative].sort((a, b) => a - b), tentative}
}

export function markCut(db: Database, id: string, offset: number, passed?: number): void {
  const before = tentativeOf(db, id)
  if (before === offset) return
  if (before !== undefined && before !== passed) keepCut(db, id, before)
  db.prepare('update sources set tentative = ? where id = ?').run([offset, id])
}

export function keepCut(db: Database, id: string, offset: number): void {
  db.prepare('insert or ignore into cuts values(?, ?)').run([id, offset])
}

function tentativeOf(db: Database, id: string): number | undefined {
  const row = db.prepare('select tentative from sources where id = ?').get([id]) as {tentative: number | null}
  return row?.tentative ?? undefined
}
