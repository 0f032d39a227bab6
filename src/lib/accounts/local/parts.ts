import type {Database, Queries} from '../../database/database.js'
import type {AuditEntry} from '../accounts.js'
import {type AuditEvent, appendAudit} from '../audit-trail.js'
import type {Passwords} from '../passwords.js'

/** What local accounts tell of themselves; logflow's own signals fit. */
export interface AccountSignals {
  counters: {
    authAttempt(result: 'success' | 'failure' | 'throttled'): void
    userRegistered(): void
  }
  log: {
    audit(event: string, fields: Record<string, unknown>): void
    error(event: string, error: unknown): void
  }
}

/** What the functions of this room work with. */
export interface Parts {
  database: Database
  passwords: Passwords
  /** Signs JWTs; asked for when it is needed. */
  key(): Promise<Uint8Array>
  now(): Date
  /** How long a sign-in lasts. */
  sessionSeconds: number
  signals: AccountSignals
}

export type Note = (happened: AuditEvent) => Promise<void>

/** Runs `work` in a transaction with the audit trail at hand. What it noted is told to our own log once it is kept. */
export async function audited<T>(
  {database, now, signals}: Parts,
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
