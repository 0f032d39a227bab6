// Rows of the audit trail. Whoever changes something that matters appends a row in the same transaction, so that there
// is no change without its row and no row without its change.

import type {Queries} from '../database/database.js'
import type {AuditRow} from '../database/schema.js'
import type {AuditEntry, AuditQuestion, Caller} from './accounts.js'
import {BEFORE_FIRST, checkRows, EMPTY_HEAD, type Head, hashRow} from './audit-chain.js'

/** Row of `system_config` that keeps the head of the chain. */
export const HEAD_KEY = 'audit_head'

export interface AuditEvent {
  /** snake_case. */
  event: string
  /** Who, from where, in which request. */
  caller: Pick<Caller, 'subject' | 'source' | 'operation'>
  /** On what: an id. */
  object?: string
  reason?: string
  /** Never a secret, and nothing that a stranger typed and no account has. */
  details?: Record<string, unknown>
}

/** Appends a row inside a transaction of the database: `queries` must be of one. */
export async function appendAudit(queries: Queries, happened: AuditEvent, now: Date): Promise<AuditEntry> {
  const before = await headToFollow(queries)
  const row: Omit<AuditRow, 'hash'> = {
    seq: before.seq + 1,
    at: now.toISOString(),
    event: happened.event,
    subject_id: happened.caller.subject,
    object_id: happened.object ?? null,
    operation_id: happened.caller.operation ?? null,
    source: happened.caller.source ?? null,
    reason_code: happened.reason ?? null,
    details: JSON.stringify(happened.details ?? {}),
  }
  const hash = hashRow(before.hash, row)
  await queries
    .insertInto('audit')
    .values({...row, hash})
    .execute()
  await writeHead(queries, {seq: row.seq, hash}, row.at)
  return toEntry({...row, hash})
}

/** The head that is kept, also where rows after it are gone; the last row where that goes further. */
async function headToFollow(queries: Queries): Promise<Head> {
  const [kept, last] = [await keptHead(queries), await lastRow(queries)]
  return kept !== undefined && kept.seq >= last.seq ? kept : last
}

async function lastRow(queries: Queries): Promise<Head> {
  const row = await queries
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? EMPTY_HEAD
}

/** The head as it is kept beside the rows; `undefined` before the first row, or where it was taken away or spoilt. */
async function keptHead(queries: Queries): Promise<Head | undefined> {
  const row = await queries.selectFrom('system_config').select('value').where('key', '=', HEAD_KEY).executeTakeFirst()
  return row && readHead(row.value)
}

function readHead(text: string): Head | undefined {
  try {
    const {seq, hash} = JSON.parse(text) as Partial<Head>
    return Number.isSafeInteger(seq) && typeof hash === 'string' ? {seq: seq as number, hash} : undefined
  } catch {
    return undefined
  }
}

async function writeHead(queries: Queries, head: Head, at: string): Promise<void> {
  const value = JSON.stringify(head)
  await queries
    .insertInto('system_config')
    .values({key: HEAD_KEY, value, updated_at: at, updated_by: null})
    .onConflict((conflict) => conflict.column('key').doUpdateSet({value, updated_at: at}))
    .execute()
}

/** Newest first. */
export async function readAudit(
  queries: Queries,
  {limit, before, event, subject}: AuditQuestion,
): Promise<AuditEntry[]> {
  let asked = queries.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit)
  if (before !== undefined) asked = asked.where('seq', '<', before)
  if (event !== undefined) asked = asked.where('event', '=', event)
  if (subject !== undefined) asked = asked.where('subject_id', '=', subject)
  return (await asked.execute()).map(toEntry)
}

function toEntry({
  seq,
  at,
  event,
  subject_id,
  object_id,
  operation_id,
  source,
  reason_code,
  details,
}: AuditRow): AuditEntry {
  return {
    seq,
    at,
    event,
    subject_id,
    ...(object_id === null ? {} : {object_id}),
    ...(operation_id === null ? {} : {operation_id}),
    ...(source === null ? {} : {source}),
    ...(reason_code === null ? {} : {reason_code}),
    details: readDetails(details),
  }
}

/** A row that somebody changed by hand is shown all the same. */
function readDetails(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {text}
  } catch {
    return {text}
  }
}

/** How far the trail goes, without checking it. */
export async function headOf(queries: Queries): Promise<Head> {
  return (await keptHead(queries)) ?? lastRow(queries)
}

const PAGE = 2_000

/**
 * Checks every row against the one before it, and the end against the head that is kept. Rows that are appended
 * meanwhile do no harm.
 */
export async function checkTrail(queries: Queries): Promise<{head: Head; broken_at?: number}> {
  let head = EMPTY_HEAD
  for (;;) {
    const rows = await queries
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', head.seq)
      .orderBy('seq')
      .limit(PAGE)
      .execute()
    const found = checkRows(head, rows)
    if (found.broken_at !== undefined) return found
    if (rows.length === 0) break
    head = found.head
  }
  const stray = await queries.selectFrom('audit').select('seq').where('seq', '<', 1).executeTakeFirst()
  if (stray) return {head, broken_at: stray.seq}
  return (await endFits(queries)) ? {head} : {head, broken_at: head.seq + 1}
}

/** Whether the last row is the head that is kept: asked in one statement, so that no append comes between. */
async function endFits(queries: Queries): Promise<boolean> {
  const ends = await queries
    .selectFrom((from) =>
      from
        .selectFrom('audit')
        .select((row) => row.fn.max('seq').as('seq'))
        .as('newest'),
    )
    .leftJoin('audit', 'audit.seq', 'newest.seq')
    .leftJoin('system_config', (join) => join.on('system_config.key', '=', HEAD_KEY))
    .select(['audit.seq as seq', 'audit.hash as hash', 'system_config.value as kept'])
    .executeTakeFirst()
  const kept = ends?.kept ? readHead(ends.kept) : undefined
  return (kept?.seq ?? 0) === (ends?.seq ?? 0) && (kept?.hash ?? BEFORE_FIRST) === (ends?.hash ?? BEFORE_FIRST)
}

/** Whether the trail still holds a head that was noted before: what came after it may be new, it may not be other. */
export async function holdsHead(queries: Queries, {seq, hash}: Head): Promise<boolean> {
  const row = await queries.selectFrom('audit').select('hash').where('seq', '=', seq).executeTakeFirst()
  return row?.hash === hash
}
