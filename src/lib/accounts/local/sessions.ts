import {LogflowError} from '../../errors/logflow-error.js'
import type {Caller, Scope, SignedIn} from '../accounts.js'
import {hashSecret, looksLikeSecret} from '../api-tokens.js'
import {audited} from '../audited.js'
import {badBearer, readSession, sessionOver, signSession} from '../jwt.js'
import {scopesOf, scopesOfToken} from '../scopes.js'
import type {Parts} from './parts.js'
import {type Turns, tryPassword} from './try-password.js'
import {findUser} from './user-rows.js'

type From = Pick<Caller, 'source' | 'operation'>

/** A session for a name and its password, both told in the audit trail. UNAUTHORISED, or THROTTLED after failures. */
export async function signIn(
  parts: Parts,
  turns: Turns,
  from: From,
  {username, password}: {username: string; password: string},
): Promise<SignedIn> {
  const key = await parts.key()
  const find = (queries: Parameters<typeof findUser>[0]) => findUser(queries, username)
  const tried = {username, password, from, failed: 'sign_in_failed', find} as const
  const user = await tryPassword(parts, turns, tried, async (queries, note, found) => {
    const last_sign_in_at = parts.now().toISOString()
    await queries.updateTable('users').set({last_sign_in_at}).where('id', '=', found.id).execute()
    await note({event: 'signed_in', caller: {...from, subject: found.id}})
    return found
  })
  parts.signals.counters.authAttempt('success')
  const now = parts.now()
  const exp = Math.floor(now.getTime() / 1_000) + parts.sessionSeconds
  const session = {sub: user.id, role: user.role, ver: user.token_version, exp}
  return {access_token: await signSession(session, key, now), token_type: 'bearer', expires_in: parts.sessionSeconds}
}

/** Looked up anew each time, so that an account that is switched off, or a token that is revoked, ends at once. */
export async function authenticate(parts: Parts, bearer: string, from: From): Promise<Caller> {
  return looksLikeSecret(bearer) ? byToken(parts, bearer, from) : bySession(parts, bearer, from)
}

async function bySession(parts: Parts, bearer: string, from: From): Promise<Caller> {
  const {sub, jti, ver} = await readSession(bearer, await parts.key(), parts.now())
  const user = await parts.database.queries
    .selectFrom('users')
    .select(['id', 'username', 'role', 'active', 'token_version'])
    .select((row) => row.exists(row.selectFrom('sessions_revoked').select('jti').where('jti', '=', jti)).as('revoked'))
    .where('id', '=', sub)
    .executeTakeFirst()
  if (user?.active !== 1 || user.token_version !== ver || Number(user.revoked) === 1) throw sessionOver()
  return {...from, subject: user.id, username: user.username, role: user.role, scopes: scopesOf(user.role)}
}

async function byToken(parts: Parts, secret: string, from: From): Promise<Caller> {
  const now = parts.now()
  const found = await parts.database.queries
    .selectFrom('api_tokens')
    .innerJoin('users', 'users.id', 'api_tokens.user_id')
    .select(['api_tokens.id as tokenId', 'scopes', 'expires_at', 'revoked_at', 'last_used_at'])
    .select(['users.id as subject', 'username', 'role', 'active'])
    .where('token_hash', '=', hashSecret(secret))
    .executeTakeFirst()
  const over = (found?.expires_at ?? null) !== null && Date.parse(found?.expires_at as string) <= now.getTime()
  if (found?.active !== 1 || found.revoked_at !== null || over) throw badBearer()
  await noteUse(parts, found.tokenId, found.last_used_at, now)
  const {subject, username, role, tokenId} = found
  return {...from, subject, username, role, tokenId, scopes: scopesOfToken(readScopes(found.scopes), role)}
}

export function readScopes(text: string): Scope[] {
  return JSON.parse(text) as Scope[]
}

const NOTE_USE_EVERY_MS = 60_000

/** To the minute. It is nothing that a request should fail for. */
async function noteUse({database, signals}: Parts, id: string, last: string | null, now: Date): Promise<void> {
  if (last !== null && Math.abs(now.getTime() - Date.parse(last)) < NOTE_USE_EVERY_MS) return
  try {
    const last_used_at = now.toISOString()
    await database.queries.updateTable('api_tokens').set({last_used_at}).where('id', '=', id).execute()
  } catch (error) {
    signals.log.error('token_use_not_noted', error)
  }
}

/** Ends the session of a bearer before its time; what is no session is UNAUTHORISED. */
export async function signOut(parts: Parts, bearer: string, from: From): Promise<void> {
  if (looksLikeSecret(bearer)) {
    throw new LogflowError('USAGE', 'a token for programs is revoked, not signed out', {
      suggestions: ['logflow auth token list', 'logflow auth token revoke ID'],
    })
  }
  const caller = await bySession(parts, bearer, from)
  const {jti, exp} = await readSession(bearer, await parts.key(), parts.now())
  const expires_at = new Date(exp * 1_000).toISOString()
  await audited(parts, async (queries, note) => {
    await queries.deleteFrom('sessions_revoked').where('expires_at', '<', parts.now().toISOString()).execute()
    await queries
      .insertInto('sessions_revoked')
      .values({jti, expires_at})
      .onConflict((conflict) => conflict.column('jti').doNothing())
      .execute()
    await note({event: 'signed_out', caller})
  })
}
