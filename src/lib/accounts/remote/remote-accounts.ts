// The accounts of a logflow server, over HTTP. Who asks is who the client's token stands for: the caller that is given is
// not sent, and the server alone decides what they may do.

import {LogflowError} from '../../errors/logflow-error.js'
import type {Ask, RemoteClient} from '../../remote/client.js'
import {notThere, pathSegment} from '../../remote/path-segment.js'
import {API_PREFIX} from '../../remote/protocol.js'
import type {
  Accounts,
  ApiToken,
  AuditPage,
  AuditQuestion,
  Caller,
  NewToken,
  NewUser,
  Scope,
  SignedIn,
  User,
  UserChange,
} from '../accounts.js'

/** What a bearer token is made of; anything else is none, and must not stand in a header. */
const BEARER = /^[A-Za-z0-9._~+/=-]+$/

type From = Pick<Caller, 'source' | 'operation'>
type Me = User & {scopes: Scope[]; token_id?: string}

export class RemoteAccounts implements Accounts {
  readonly kind = 'remote'

  constructor(private readonly client: RemoteClient) {}

  /** A server without accounts answers nobody, so that there is nothing to be asked. */
  async any(): Promise<boolean> {
    return true
  }

  /** Without a token this is registering, which the server may have switched off. */
  create(_caller: Caller, user: NewUser): Promise<User> {
    return this.change('POST', this.client.hasToken ? '/auth/users' : '/auth/register', user)
  }

  async list(_caller: Caller, page: {limit?: number; after?: string} = {}): Promise<User[]> {
    try {
      const {limit, after: cursor} = page
      return (await this.read<{items: User[]}>('/auth/users', {limit, cursor})).items
    } catch (error) {
      if (!(error instanceof LogflowError) || error.code !== 'FORBIDDEN') throw error
      // Whoever is no admin sees themselves: one page, and nothing after it.
      return page.after === undefined ? [await this.read<User>('/auth/users/me')] : []
    }
  }

  async show(_caller: Caller, who: string): Promise<User> {
    return this.read(userPath(who))
  }

  async update(_caller: Caller, who: string, change: UserChange): Promise<User> {
    return this.change('PUT', userPath(who), change)
  }

  async remove(_caller: Caller, who: string): Promise<void> {
    await this.change('DELETE', userPath(who))
  }

  async setPassword(_caller: Caller, who: string, change: {password: string; current?: string}): Promise<void> {
    await this.change('POST', `${userPath(who)}/password`, change, {aboutPassword: true})
  }

  signIn(_from: From, {username, password}: {username: string; password: string}): Promise<SignedIn> {
    return this.change('POST', '/auth/login', {username, password}, {token: null, aboutPassword: true})
  }

  async signOut(bearer: string, _from: From): Promise<void> {
    await this.change('POST', '/auth/logout', undefined, {token: checked(bearer)})
  }

  async authenticate(bearer: string, from: From): Promise<Caller> {
    const me = await this.read<Me>('/auth/me', {}, {token: checked(bearer)})
    const {id: subject, username, role, scopes, token_id} = me
    return {
      subject,
      username,
      role,
      scopes: new Set(scopes),
      ...(token_id === undefined ? {} : {tokenId: token_id}),
      ...from,
    }
  }

  createToken(_caller: Caller, token: NewToken): Promise<ApiToken & {token: string}> {
    return this.change('POST', '/auth/tokens', token)
  }

  async listTokens(_caller: Caller): Promise<ApiToken[]> {
    return (await this.read<{items: ApiToken[]}>('/auth/tokens')).items
  }

  async revokeToken(_caller: Caller, id: string): Promise<void> {
    await this.change('DELETE', `/auth/tokens/${pathSegment(id)}`)
  }

  async audit(_caller: Caller, {limit, before, event, subject, verify, noted}: AuditQuestion): Promise<AuditPage> {
    const {entries, chain} = await this.read<AuditPage>(
      '/audit',
      {
        limit,
        cursor: before,
        event,
        subject,
        verify: verify === undefined ? undefined : String(verify),
        noted: noted && `${noted.rows}:${noted.head}`,
      },
      // The whole trail may be read for it.
      verify ? {timeoutMs: VERIFY_MS} : {},
    )
    return {entries, chain}
  }

  async close(): Promise<void> {}

  private read<T>(path: string, query: Ask['query'] = {}, more: Partial<Ask> = {}): Promise<T> {
    return this.client.ask({path: API_PREFIX + path, query, repeatable: true, ...more})
  }

  /** Not sent twice: an answer that was lost may have been a yes. */
  private change<T>(method: Ask['method'], path: string, body?: object, more: Partial<Ask> = {}): Promise<T> {
    return this.client.ask({method, path: API_PREFIX + path, body, repeatable: false, waitMs: 0, ...more})
  }
}

const VERIFY_MS = 600_000

/** `me` is whose token it is, to the server: here it is a name like others, and nobody has it. */
function userPath(who: string): string {
  if (who === 'me') throw notThere(who)
  return `/auth/users/${pathSegment(who)}`
}

function checked(bearer: string): string {
  if (BEARER.test(bearer)) return bearer
  throw new LogflowError('UNAUTHORISED', 'the token is not valid')
}
