import type {Database, Queries} from '../database/database.js'
import type {AuditEntry} from './accounts.js'
import {type AuditEvent, appendAudit} from './audit-trail.js'

export type Note = (happened: AuditEvent) => Promise<void>

export interface AuditedParts {
  database: Database
  now(): Date
  signals: {log: {audit(event: string, fields: Record<string, unknown>): void}}
}

/** Runs `work` in a transaction with the audit trail at hand. What it noted is told to our own log once it is kept. */
export async function audited<T>(
  {database, now, signals}: AuditedParts,
  work: (queries: Queries, note: Note) => Promise<T>,
): Promise<T> {
  let noted: AuditEntry[] = []
  const result = await database.transaction(async (queries) => {
    noted = []
    return work(queries, async (happened) => {
      noted.push(await appendAudit(queries, happened, now()))
    })
  })
  for (const {event, seq, at: _, ...fields} of noted) signals.log.audit(event, {...fields, audit_seq: seq})
  return result
}
