import type {Accounts, AuditPage} from '../lib/accounts/accounts.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {plural} from '../lib/output/numbers.js'
import type {RowColumn} from '../lib/output/rows.js'
import {callerHere} from './local-caller.js'

/** Names of so many accounts are looked up for people; further ones show as their ids. */
const MOST_NAMES = 1_000

/** @param accounts where given, accounts are shown by their names */
export async function auditColumns(accounts?: Accounts): Promise<RowColumn[]> {
  const users = (await accounts?.list(callerHere(), {limit: MOST_NAMES})) ?? []
  const names = new Map(users.map(({id, username}) => [id, username]))
  const named = (value: unknown) => (value === undefined ? '-' : (names.get(String(value)) ?? String(value)))
  const optional = (value: unknown) => (value === undefined ? '-' : String(value))
  return [
    {title: 'seq'},
    {title: 'at'},
    {title: 'event'},
    {title: 'who', key: 'subject_id', show: named},
    {title: 'on', key: 'object_id', show: named},
    {title: 'from', key: 'source', show: optional},
    {title: 'reason', key: 'reason_code', show: optional},
    {title: 'details', least: 10, show: (value) => JSON.stringify(value)},
  ]
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
