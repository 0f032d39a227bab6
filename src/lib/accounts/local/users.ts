import {randomUUID} from 'node:crypto'
import type {Queries} from '../../database/database.js'
import type {UserRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Caller, NewUser, User, UserChange} from '../accounts.js'
import {audited} from '../audited.js'
import {checkUser, isReserved, keyOf} from '../check-user.js'
import {checkPassword} from '../passwords.js'
import {isAdmin, needPerson} from '../scopes.js'
import type {Parts} from './parts.js'
import {toUser, visibleUser} from './user-rows.js'

const MOST_LISTED = 1_000

/** False while nobody could sign in as an admin. */
export async function anyAdmin({database}: Parts): Promise<boolean> {
  return (await otherAdmins(database.queries)) > 0
}

/** Makes an account. ALREADY_THERE where its name or address is taken, FORBIDDEN where the caller may not. */
export async function createUser(parts: Parts, caller: Caller, user: NewUser): Promise<User> {
  const {username, email, full_name, password, role = 'user'} = user
  const registers = caller.subject === 'anonymous'
  if (!registers) needPerson(caller)
  if (!isAdmin(caller) && (!registers || role !== 'user')) {
    throw new LogflowError('FORBIDDEN', 'only an admin may make accounts for others, or make an admin')
  }
  checkUser({username, email, full_name, role})
  checkPassword(password)
  // Also where the name is taken: how long it takes tells nothing.
  const password_hash = await parts.passwords.hash(password)
  if (!isAdmin(caller) && isReserved(username)) throw taken()
  const at = parts.now().toISOString()
  const row: UserRow = {
    id: randomUUID(),
    username,
    username_key: keyOf(username),
    email: email ?? null,
    email_key: email === undefined ? null : keyOf(email),
    full_name: full_name ?? null,
    password_hash,
    role,
    active: 1,
    token_version: 1,
    created_at: at,
    updated_at: at,
    last_sign_in_at: null,
  }
  await audited(parts, async (queries, note) => {
    await needFree(queries, row)
    await queries.insertInto('users').values(row).execute()
    const event = registers ? 'user_registered' : 'user_created'
    await note({event, caller, object: row.id, details: {username, role}})
  })
  parts.signals.counters.userRegistered()
  return toUser(row)
}

/** One text for name and address: it does not tell whose the address is. */
async function needFree(queries: Queries, {id, username_key, email_key}: UserRow): Promise<void> {
  const there = await queries
    .selectFrom('users')
    .select('id')
    .where((row) =>
      row.or([
        row('username_key', '=', username_key),
        ...(email_key === null ? [] : [row('email_key', '=', email_key)]),
      ]),
    )
    .where('id', '!=', id)
    .executeTakeFirst()
  if (there) throw taken()
}

function taken(): LogflowError {
  return new LogflowError('ALREADY_THERE', 'that username or email address is taken', {
    suggestions: ['Choose another one'],
  })
}

export async function listUsers(
  {database: {queries}}: Parts,
  caller: Caller,
  {limit = 100, after}: {limit?: number; after?: string} = {},
): Promise<User[]> {
  if (!isAdmin(caller)) return after === undefined ? [toUser(await visibleUser(queries, caller, caller.subject))] : []
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED) {
    throw new LogflowError('USAGE', `limit is a number from 1 to ${MOST_LISTED}`)
  }
  let asked = queries.selectFrom('users').selectAll().orderBy('created_at').orderBy('id').limit(limit)
  if (after !== undefined) {
    const last = await queries
      .selectFrom('users')
      .select(['created_at', 'id'])
      .where('id', '=', after)
      .executeTakeFirst()
    if (!last) throw new LogflowError('USAGE', 'the account after which the list goes on is gone: list from the start')
    asked = asked.where((row) =>
      row.or([
        row('created_at', '>', last.created_at),
        row.and([row('created_at', '=', last.created_at), row('id', '>', last.id)]),
      ]),
    )
  }
  return (await asked.execute()).map(toUser)
}

export async function showUser({database: {queries}}: Parts, caller: Caller, who: string): Promise<User> {
  return toUser(await visibleUser(queries, caller, who))
}

/** Changes what is named; a new role or switching off ends every session. The last admin stays one. */
export async function updateUser(parts: Parts, caller: Caller, who: string, change: UserChange): Promise<User> {
  needPerson(caller)
  checkUser(change)
  return audited(parts, async (queries, note) => {
    const before = await visibleUser(queries, caller, who)
    const after = changed(before, change, parts.now())
    const fields = CHANGEABLE.filter((field) => after[field] !== before[field])
    if (fields.length === 0) return toUser(before)
    if (!isAdmin(caller) && fields.some((field) => ADMIN_ONLY.has(field))) {
      throw new LogflowError('FORBIDDEN', 'only an admin may change a username, a role, or switch an account off or on')
    }
    await needFree(queries, after)
    if (isOpenAdmin(before) && !isOpenAdmin(after)) await needAnotherAdmin(queries, before.id)
    const {id, ...columns} = after
    await queries.updateTable('users').set(columns).where('id', '=', id).execute()
    await note({event: 'user_updated', caller, object: id, details: told(before, after, fields)})
    return toUser(after)
  })
}

const CHANGEABLE = ['username', 'email', 'full_name', 'role', 'active'] as const
const ADMIN_ONLY: ReadonlySet<string> = new Set(['username', 'role', 'active'])

function changed(before: UserRow, change: UserChange, now: Date): UserRow {
  const {username = before.username, role = before.role} = change
  const email = change.email === undefined ? before.email : change.email
  const active = change.active === undefined ? before.active : Number(change.active)
  const endsSessions = role !== before.role || active < before.active
  return {
    ...before,
    username,
    username_key: keyOf(username),
    email,
    email_key: email === null ? null : keyOf(email),
    full_name: change.full_name === undefined ? before.full_name : change.full_name,
    role,
    active,
    token_version: before.token_version + Number(endsSessions),
    updated_at: now.toISOString(),
  }
}

/** What is told of a change: roles and names; of an address, that it changed. */
function told(before: UserRow, after: UserRow, fields: ReadonlyArray<(typeof CHANGEABLE)[number]>) {
  const plain = fields.filter((field) => ADMIN_ONLY.has(field))
  return {
    changed: fields,
    ...(plain.length === 0 ? {} : {from: pick(before, plain), to: pick(after, plain)}),
  }
}

function pick(row: UserRow, fields: ReadonlyArray<(typeof CHANGEABLE)[number]>): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, field === 'active' ? row.active === 1 : row[field]]))
}

/** Deletes an account with its tokens; the last admin stays. */
export async function removeUser(parts: Parts, caller: Caller, who: string): Promise<void> {
  needPerson(caller)
  if (!isAdmin(caller)) throw new LogflowError('FORBIDDEN', 'only an admin may delete accounts')
  await audited(parts, async (queries, note) => {
    const row = await visibleUser(queries, caller, who)
    if (isOpenAdmin(row)) await needAnotherAdmin(queries, row.id)
    await queries.deleteFrom('api_tokens').where('user_id', '=', row.id).execute()
    await queries.deleteFrom('users').where('id', '=', row.id).execute()
    await note({event: 'user_deleted', caller, object: row.id, details: {username: row.username, role: row.role}})
  })
}

function isOpenAdmin({role, active}: UserRow): boolean {
  return role === 'admin' && active === 1
}

async function needAnotherAdmin(queries: Queries, id: string): Promise<void> {
  if ((await otherAdmins(queries, id)) > 0) return
  throw new LogflowError('USAGE', 'this is the last admin who can sign in', {
    suggestions: ['Make another one first: logflow users update NAME --role admin'],
  })
}

async function otherAdmins(queries: Queries, than = ''): Promise<number> {
  const answer = await queries
    .selectFrom('users')
    .select((row) => row.fn.countAll().as('n'))
    .where('role', '=', 'admin')
    .where('active', '=', 1)
    .where('id', '!=', than)
    .executeTakeFirst()
  return Number(answer?.n ?? 0)
}
