import type {Accounts, AuditEntry, AuditPage} from '../lib/accounts/accounts.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {flatten} from '../lib/output/fields.js'
import {plural} from '../lib/output/numbers.js'
import {logfmtLine, type RowColumn} from '../lib/output/rows.js'
import {callerHere} from './local-caller.js'

/** Names of so many accounts are looked up for people; further ones show as their ids. */
const MOST_NAMES = 1_000

/** For programs: one column a field. */
export const AUDIT_COLUMNS: readonly RowColumn[] = [
  'seq',
  'at',
  'event',
  'subject_id',
  'object_id',
  'source',
  'reason_code',
  'details',
].map((title) => ({title}))

/** For people: accounts by their names, and what few rows have among the details. */
export async function auditColumns(accounts: Accounts): Promise<RowColumn[]> {
  const users = await accounts.list(callerHere(), {limit: MOST_NAMES})
  const names = new Map(users.map(({id, username}) => [id, username]))
  const named = (value: unknown) => (value === undefined ? '-' : (names.get(String(value)) ?? String(value)))
  return [
    {title: 'seq'},
    {title: 'at', show: (value) => String(value).replace(/\.\d+Z$/, 'Z')},
    {title: 'event'},
    {title: 'who', key: 'subject_id', least: 9, show: named},
    {title: 'on', key: 'object_id', least: 9, show: named},
    {title: 'details', least: 7},
  ]
}

/** A row as `auditColumns` shows it; details are `reason=wrong_password from=127.0.0.1`. */
export function auditRow({source, reason_code, details, ...row}: AuditEntry): object {
  const facts = {...(reason_code ? {reason: reason_code} : {}), ...details, ...(source ? {from: source} : {})}
  return {...row, details: logfmtLine(flatten(facts)) || '-'}
}

type Chain = AuditPage['chain']

export function chainText({rows, head, broken_at}: Chain): string {
  if (broken_at !== undefined) return `broken at row ${broken_at}: it was changed, put in, or taken away\n`
  return `${plural(rows, 'row')}, each the one that followed the row before it\nnote ${rows}:${head}\n`
}

/** A trail that does not hold together is a no: exit status 1. */
export function checkChain({broken_at}: Chain): void {
  if (broken_at === undefined) return
  throw new LogflowError('UNHEALTHY', `the audit trail is broken at row ${broken_at}`, {
    suggestions: ['Compare it with a backup of the database'],
  })
}
