import type {Queries} from '../../database/database.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Caller} from '../accounts.js'
import {audited, type Note} from '../audited.js'
import {checkPassword} from '../passwords.js'
import {needPerson} from '../scopes.js'
import type {Parts} from './parts.js'
import {type Turns, tryPassword} from './try-password.js'
import {visibleUser} from './user-rows.js'

/** Sets a password, which ends every session of the account; a user’s own asks for the current one. */
export async function setPassword(
  parts: Parts,
  turns: Turns,
  caller: Caller,
  who: string,
  {password, current}: {password: string; current?: string},
): Promise<void> {
  needPerson(caller)
  const {id, username} = await visibleUser(parts.database.queries, caller, who)
  checkPassword(password)
  const change = async (queries: Queries, note: Note, hash: string) => {
    const user = await visibleUser(queries, caller, id)
    await queries
      .updateTable('users')
      .set({password_hash: hash, token_version: user.token_version + 1, updated_at: parts.now().toISOString()})
      .where('id', '=', id)
      .execute()
    await note({event: 'password_changed', caller, object: id})
  }
  if (id !== caller.subject) {
    const hash = await parts.passwords.hash(password)
    return audited(parts, (queries, note) => change(queries, note, hash))
  }
  if (current === undefined) throw new LogflowError('USAGE', 'the current password is needed as well')
  const hash = await parts.passwords.hash(password)
  const find = (queries: Queries) => visibleUser(queries, caller, id)
  const tried = {username, password: current, from: caller, failed: 'password_change_failed', find} as const
  await tryPassword(parts, turns, tried, (queries, note) => change(queries, note, hash))
}
