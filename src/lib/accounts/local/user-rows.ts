import type {Queries} from '../../database/database.js'
import type {UserRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Caller, User} from '../accounts.js'
import {keyOf} from '../check-user.js'
import {isAdmin} from '../scopes.js'

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    ...(row.email === null ? {} : {email: row.email}),
    ...(row.full_name === null ? {} : {full_name: row.full_name}),
    role: row.role,
    active: row.active === 1,
    created_at: row.created_at,
    updated_at: row.updated_at,
    ...(row.last_sign_in_at === null ? {} : {last_sign_in_at: row.last_sign_in_at}),
  }
}

/** By id, else by name without regard to case: no name looks like an id. */
export async function findUser(queries: Queries, who: string): Promise<UserRow | undefined> {
  return queries
    .selectFrom('users')
    .selectAll()
    .where((row) => row.or([row('id', '=', who), row('username_key', '=', keyOf(who))]))
    .executeTakeFirst()
}

/**
 * The account that a caller means and may see. Who is no admin gets the same answer for every other account, there or
 * not.
 */
export async function visibleUser(queries: Queries, caller: Caller, who: string): Promise<UserRow> {
  const row = await findUser(queries, who)
  if (!isAdmin(caller) && row?.id !== caller.subject) {
    throw new LogflowError('FORBIDDEN', 'only an admin may see or change the accounts of others')
  }
  if (!row) {
    throw new LogflowError('NOT_FOUND', `there is no account ${JSON.stringify(who)}`, {
      suggestions: ['logflow users list'],
    })
  }
  return row
}
