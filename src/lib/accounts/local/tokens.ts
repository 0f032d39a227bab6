import {randomUUID} from 'node:crypto'
import type {Queries} from '../../database/database.js'
import type {ApiTokenRow, UserRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {ApiToken, Caller, NewToken} from '../accounts.js'
import {checkToken, hashSecret, newSecret, prefixOf} from '../api-tokens.js'
import {audited} from '../audited.js'
import {isAdmin, needPerson, scopesOf} from '../scopes.js'
import type {Parts} from './parts.js'
import {readScopes} from './sessions.js'
import {visibleUser} from './user-rows.js'

/** Tokens of one account that have not been revoked and not ended. */
const MOST_OF_ONE = 100

/** A token for a program; its secret is in this answer alone. FORBIDDEN where it would be more than the caller may give. */
export async function createToken(parts: Parts, caller: Caller, asked: NewToken): Promise<ApiToken & {token: string}> {
  needPerson(caller)
  checkToken(asked, parts.now())
  const secret = newSecret()
  return audited(parts, async (queries, note) => {
    const owner = await ownerOf(queries, caller, asked.username)
    const scopes = [...new Set(asked.scopes)]
    for (const scope of scopes) {
      if (scopesOf(owner.role).has(scope) && caller.scopes.has(scope)) continue
      throw new LogflowError('FORBIDDEN', `the scope ${scope} is more than this account may do`)
    }
    await needRoom(queries, owner.id, parts.now())
    const row: ApiTokenRow = {
      id: randomUUID(),
      user_id: owner.id,
      name: asked.name,
      token_hash: hashSecret(secret),
      prefix: prefixOf(secret),
      scopes: JSON.stringify(scopes),
      created_at: parts.now().toISOString(),
      expires_at: asked.expires_at === undefined ? null : new Date(asked.expires_at).toISOString(),
      last_used_at: null,
      revoked_at: null,
    }
    await queries.insertInto('api_tokens').values(row).execute()
    const details = {name: row.name, scopes, username: owner.username, expires_at: row.expires_at}
    await note({event: 'token_created', caller, object: row.id, details})
    return {...toToken({...row, username: owner.username}), token: secret}
  })
}

async function ownerOf(queries: Queries, caller: Caller, username: string | undefined): Promise<UserRow> {
  if (username === undefined && caller.subject.startsWith('local:')) {
    throw new LogflowError('USAGE', 'say whose token it is', {
      suggestions: ['logflow auth token create NAME --scope read --user USERNAME'],
    })
  }
  return visibleUser(queries, caller, username ?? caller.subject)
}

async function needRoom(queries: Queries, userId: string, now: Date): Promise<void> {
  const rows = await queries
    .selectFrom('api_tokens')
    .select(['expires_at'])
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .execute()
  const live = rows.filter(({expires_at}) => expires_at === null || Date.parse(expires_at) > now.getTime())
  if (live.length < MOST_OF_ONE) return
  throw new LogflowError('USAGE', `this account has ${MOST_OF_ONE} tokens already`, {
    suggestions: ['logflow auth token list', 'logflow auth token revoke ID'],
  })
}

/** Newest last. */
export async function listTokens({database: {queries}}: Parts, caller: Caller): Promise<ApiToken[]> {
  let asked = joined(queries).orderBy('api_tokens.created_at').orderBy('api_tokens.id')
  if (!isAdmin(caller)) asked = asked.where('user_id', '=', caller.subject)
  return (await asked.execute()).map(toToken)
}

/** Ends a token for good. NOT_FOUND also where it is of somebody else. */
export async function revokeToken(parts: Parts, caller: Caller, id: string): Promise<void> {
  needPerson(caller)
  await audited(parts, async (queries, note) => {
    const row = await joined(queries).where('api_tokens.id', '=', id).executeTakeFirst()
    if (!row || (row.user_id !== caller.subject && !isAdmin(caller))) {
      throw new LogflowError('NOT_FOUND', `there is no token ${JSON.stringify(id)}`, {
        suggestions: ['logflow auth token list'],
      })
    }
    if (row.revoked_at !== null) return
    const revoked_at = parts.now().toISOString()
    await queries.updateTable('api_tokens').set({revoked_at}).where('id', '=', id).execute()
    await note({event: 'token_revoked', caller, object: id, details: {name: row.name, username: row.username}})
  })
}

function joined(queries: Queries) {
  return queries
    .selectFrom('api_tokens')
    .innerJoin('users', 'users.id', 'api_tokens.user_id')
    .selectAll('api_tokens')
    .select('users.username')
}

function toToken(row: ApiTokenRow & {username: string}): ApiToken {
  const {id, name, prefix, username, created_at, expires_at, last_used_at, revoked_at} = row
  return {
    id,
    name,
    prefix,
    scopes: readScopes(row.scopes),
    username,
    created_at,
    ...(expires_at === null ? {} : {expires_at}),
    ...(last_used_at === null ? {} : {last_used_at}),
    ...(revoked_at === null ? {} : {revoked_at}),
  }
}
