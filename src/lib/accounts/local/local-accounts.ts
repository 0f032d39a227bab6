// Accounts in the database: one function a use in the files beside this one; here they become the port.

import {LogflowError} from '../../errors/logflow-error.js'
import type {Accounts, AuditPage, AuditQuestion, Caller} from '../accounts.js'
import {checkTrail, headOf, holdsHead, readAudit} from '../audit-trail.js'
import {bcryptPasswords} from '../passwords.js'
import {isAdmin} from '../scopes.js'
import type {AccountSignals, Parts} from './parts.js'
import {authenticate, signIn, signOut} from './sessions.js'
import {setPassword} from './set-password.js'
import {createToken, listTokens, revokeToken} from './tokens.js'
import {Turns} from './try-password.js'
import {anyAdmin, createUser, listUsers, removeUser, showUser, updateUser} from './users.js'

export interface LocalAccountsOptions extends Pick<Parts, 'database' | 'key'> {
  sessionSeconds: number
  signals?: AccountSignals
  /** For tests: fewer rounds. */
  passwords?: Parts['passwords']
  now?: Parts['now']
}

/** The database is migrated already, and closed by whoever opened it. */
export function openLocalAccounts(options: LocalAccountsOptions): Accounts {
  const parts: Parts = {
    passwords: bcryptPasswords(),
    now: () => new Date(),
    ...options,
    signals: options.signals ?? SILENT,
  }
  const turns = new Turns()
  return {
    kind: 'local',
    any: () => anyAdmin(parts),
    create: (caller, user) => createUser(parts, caller, user),
    list: (caller, page) => listUsers(parts, caller, page),
    show: (caller, who) => showUser(parts, caller, who),
    update: (caller, who, change) => updateUser(parts, caller, who, change),
    remove: (caller, who) => removeUser(parts, caller, who),
    setPassword: (caller, who, change) => setPassword(parts, turns, caller, who, change),
    signIn: (from, credentials) => signIn(parts, turns, from, credentials),
    signOut: (bearer, from) => signOut(parts, bearer, from),
    authenticate: (bearer, from) => authenticate(parts, bearer, from),
    createToken: (caller, token) => createToken(parts, caller, token),
    listTokens: (caller) => listTokens(parts, caller),
    revokeToken: (caller, id) => revokeToken(parts, caller, id),
    audit: (caller, page) => auditPage(parts, caller, page),
    close: async () => {},
  }
}

async function auditPage(
  {database: {queries}}: Parts,
  caller: Caller,
  {verify = false, noted, ...page}: AuditQuestion,
): Promise<AuditPage> {
  if (!isAdmin(caller)) throw new LogflowError('FORBIDDEN', 'only an admin may read the audit trail')
  const entries = page.limit === 0 ? [] : await readAudit(queries, page)
  const {head, broken_at} = verify ? await checkTrail(queries) : {head: await headOf(queries), broken_at: undefined}
  const chain = {rows: head.seq, head: head.hash, verified: verify}
  const gone = verify && noted && !(await holdsHead(queries, {seq: noted.rows, hash: noted.head}))
  const breaks = [broken_at, gone ? noted.rows : undefined].filter((seq) => seq !== undefined)
  return {entries, chain: breaks.length === 0 ? chain : {...chain, broken_at: Math.min(...breaks)}}
}

const nothing = () => {}

const SILENT: AccountSignals = {
  counters: {authAttempt: nothing, userRegistered: nothing},
  log: {audit: nothing, error: nothing},
}
