// The audit trail as a chain: each row's hash covers the row and the hash before it, so that a row that is changed,
// taken out, put in or moved breaks the chain at its place. The head is kept apart as well, and can be noted elsewhere:
// that is how rows cut off the end are found, even by whoever could write both.

import {createHash} from 'node:crypto'
import type {AuditRow} from '../database/schema.js'

/** What the first row follows. */
export const BEFORE_FIRST = '0'.repeat(64)

export interface Head {
  /** 0 while there is no row. */
  seq: number
  hash: string
}

export const EMPTY_HEAD: Head = {seq: 0, hash: BEFORE_FIRST}

/** SHA-256 over the hash before, a line feed, and the row without its hash as JSON with its keys in order. */
export function hashRow(before: string, row: Omit<AuditRow, 'hash'>): string {
  const {at, details, event, object_id, operation_id, reason_code, seq, source, subject_id} = row
  const canonical = JSON.stringify({at, details, event, object_id, operation_id, reason_code, seq, source, subject_id})
  return createHash('sha256').update(`${before}\n${canonical}`).digest('hex')
}

export interface ChainCheck {
  /** Last row that fits. */
  head: Head
  /** First row that does not fit, or is not there. */
  broken_at?: number
}

/** Goes on checking from `from` over rows in their order. */
export function checkRows(from: Head, rows: readonly AuditRow[]): ChainCheck {
  let head = from
  for (const row of rows) {
    if (row.seq !== head.seq + 1) return {head, broken_at: head.seq + 1}
    if (row.hash !== hashRow(head.hash, row)) return {head, broken_at: row.seq}
    head = {seq: row.seq, hash: row.hash}
  }
  return {head}
}

/** A chain as people note it, to compare with later: `<rows>:<hash of the last>`. */
export const NOTED = /^[1-9]\d{0,14}:[0-9a-f]{64}$/

export function readNoted(text: string): {rows: number; head: string} {
  const [rows, head = ''] = text.split(':')
  return {rows: Number(rows), head}
}
