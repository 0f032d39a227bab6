import {LogflowError} from '../errors/logflow-error.js'
import {type Caller, type Role, SCOPES, type Scope} from './accounts.js'

const OF_ROLE: Record<Role, readonly Scope[]> = {
  user: ['read', 'ingest', 'alerts'],
  admin: SCOPES,
}

/** What somebody of a role may do who signed in with a password. */
export function scopesOf(role: Role): Set<Scope> {
  return new Set(OF_ROLE[role])
}

/** What a token may do: no more than its owner's role allows now. */
export function scopesOfToken(scopes: readonly Scope[], role: Role): Set<Scope> {
  return new Set(OF_ROLE[role].filter((scope) => scopes.includes(scope)))
}

/** A token for reading that an admin made is no admin. */
export function isAdmin(caller: Caller): boolean {
  return caller.role === 'admin' && caller.scopes.has('admin')
}

/**
 * Changes of accounts and tokens are for people who signed in, and for tokens with the scope admin: a token that was
 * made for reading cannot make itself a stronger one.
 */
export function needPerson(caller: Caller): void {
  if (caller.subject === 'anonymous') throw new LogflowError('UNAUTHORISED', 'sign in first')
  if (caller.tokenId !== undefined && !isAdmin(caller)) {
    throw new LogflowError('FORBIDDEN', 'a token without the scope admin may not change accounts or tokens')
  }
}

/** Nobody: who sent no bearer token. */
export function anonymous(from: Pick<Caller, 'source' | 'operation'>): Caller {
  return {...from, subject: 'anonymous', role: 'user', scopes: new Set()}
}

/** Who works on the machine itself: whoever can write the database file may do everything anyway. */
export function localCaller(systemUser: string): Caller {
  return {subject: `local:${systemUser}`, username: systemUser, role: 'admin', scopes: scopesOf('admin')}
}
