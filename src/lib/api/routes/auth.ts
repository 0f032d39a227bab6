// Signing in, accounts, tokens for programs and the audit trail. What somebody may do is decided in the accounts room;
// here stand the shapes, and who may ask at all.

import type {FastifyRequest, RouteOptions} from 'fastify'
import type {Accounts, AuditQuestion, Caller, NewToken, NewUser, UserChange} from '../../accounts/accounts.js'
import {NOTED, readNoted} from '../../accounts/audit-chain.js'
import {anonymous} from '../../accounts/scopes.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {
  AUDIT_PAGE,
  CHANGE,
  CREDENTIALS,
  MADE_TOKEN,
  ME,
  NEW_PASSWORD,
  NEW_TOKEN,
  NEW_USER,
  NEW_USER_OF_ROLE,
  OWN_CHANGE,
  SIGNED_IN,
  TOKENS,
  USER,
  USERS,
} from '../account-schemas.js'
import type {ApiParts} from '../api.js'
import {bearerOf} from '../hooks/access.js'

const HOUR = 3_600_000

export function authRoutes(parts: ApiParts): RouteOptions[] {
  return [...signingIn(parts), ...ownAccount(parts), ...accountsOfAll(parts), ...tokens(parts), ...auditTrail(parts)]
}

function callerOf(request: FastifyRequest): Caller {
  return request.context.caller
}

/** Where a request comes from, for who has not signed in. */
function fromOf({context: {caller, requestId}}: FastifyRequest): Pick<Caller, 'source' | 'operation'> {
  return {...(caller.source === undefined ? {} : {source: caller.source}), operation: requestId}
}

function signingIn(parts: ApiParts): RouteOptions[] {
  const tags = ['auth']
  return [
    {
      method: 'POST',
      url: '/auth/register',
      config: {name: 'auth.register', access: 'anyone'},
      schema: {
        tags,
        summary: 'Make an account of one’s own',
        description:
          'It may read, send logs and write alert rules. Refused with 403 where it is switched off (api.registration).',
        body: NEW_USER,
        response: {201: USER},
      },
      handler: async (request, reply) => {
        if (parts.live.unknown !== undefined) throw parts.live.unknown
        if (!parts.live.current().registration) {
          throw new LogflowError('FORBIDDEN', 'nobody can register here: an admin makes the accounts')
        }
        const accounts = await parts.accounts()
        const user = await accounts.create(anonymous(fromOf(request)), request.body as NewUser)
        return reply.code(201).send(user)
      },
    },
    {
      method: 'POST',
      url: '/auth/login',
      config: {name: 'auth.login', access: 'anyone'},
      schema: {
        tags,
        summary: 'Sign in with a password',
        description:
          'As a form (OAuth 2’s password grant) or as JSON. Failed attempts slow down the next ones of the same account and source; no account is ever locked.',
        body: {
          content: {
            'application/x-www-form-urlencoded': {schema: CREDENTIALS},
            'application/json': {schema: CREDENTIALS},
          },
        },
        response: {200: SIGNED_IN},
      },
      handler: async (request, reply) => {
        const {username, password} = request.body as {username: string; password: string}
        const signedIn = await (await parts.accounts()).signIn(fromOf(request), {username, password})
        return reply.header('cache-control', 'no-store').send(signedIn)
      },
    },
    {
      method: 'POST',
      url: '/auth/logout',
      config: {name: 'auth.logout', access: 'signed-in'},
      schema: {
        tags,
        summary: 'End this session',
        description: 'The JWT is refused from now on. A token for programs is revoked instead.',
        response: {204: NOTHING},
      },
      handler: async (request, reply) => {
        const bearer = bearerOf(request.headers.authorization)
        if (bearer !== undefined) await (await parts.accounts()).signOut(bearer, fromOf(request))
        return reply.code(204).send()
      },
    },
  ]
}

const NOTHING = {type: 'null', description: 'Done'} as const

function ownAccount(parts: ApiParts): RouteOptions[] {
  const tags = ['auth']
  return [
    {
      method: 'GET',
      url: '/auth/me',
      config: {name: 'auth.me', access: 'signed-in'},
      schema: {tags, summary: 'One’s own account, and what this call may do', response: {200: ME}},
      handler: async (request) => meOf(await parts.accounts(), callerOf(request)),
    },
    {
      method: 'PUT',
      url: '/auth/me',
      config: {name: 'auth.me.update', access: 'signed-in'},
      schema: {
        tags,
        summary: 'Change one’s own name and address',
        description: 'What is left out stays. The password: POST /auth/users/me/password.',
        body: OWN_CHANGE,
        response: {200: ME},
      },
      handler: async (request) => {
        const [accounts, caller] = [await parts.accounts(), callerOf(request)]
        await accounts.update(caller, caller.subject, request.body as UserChange)
        return meOf(accounts, caller)
      },
    },
  ]
}

async function meOf(accounts: Accounts, caller: Caller) {
  const user = await accounts.show(caller, caller.subject)
  return {...user, scopes: [...caller.scopes], ...(caller.tokenId === undefined ? {} : {token_id: caller.tokenId})}
}

const WHO = {
  type: 'object',
  required: ['who'],
  additionalProperties: false,
  properties: {who: {type: 'string', maxLength: 200, description: 'A name or an id; `me` is the caller’s own'}},
} as const

function whoOf(request: FastifyRequest): string {
  const {who} = request.params as {who: string}
  return who === 'me' ? callerOf(request).subject : who
}

function accountsOfAll(parts: ApiParts): RouteOptions[] {
  const tags = ['users']
  return [
    {
      method: 'GET',
      url: '/auth/users',
      config: {name: 'auth.users', access: 'admin'},
      schema: {
        tags,
        summary: 'All accounts, the newest last',
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            limit: {type: 'integer', minimum: 1, maximum: 1_000, default: 100},
            cursor: {type: 'string', maxLength: 64, description: 'next_cursor of the page before'},
          },
        },
        response: {200: USERS},
      },
      handler: async (request) => {
        const {limit, cursor} = request.query as {limit: number; cursor?: string}
        const page = {limit, ...(cursor === undefined ? {} : {after: cursor})}
        const items = await (await parts.accounts()).list(callerOf(request), page)
        const last = items.at(-1)
        return {items, ...(items.length === limit && last ? {next_cursor: last.id} : {})}
      },
    },
    {
      method: 'POST',
      url: '/auth/users',
      config: {name: 'auth.users.create', access: 'admin'},
      schema: {tags, summary: 'Make an account for somebody', body: NEW_USER_OF_ROLE, response: {201: USER}},
      handler: async (request, reply) => {
        const user = await (await parts.accounts()).create(callerOf(request), request.body as NewUser)
        return reply.code(201).send(user)
      },
    },
    ...oneAccount(parts, tags),
  ]
}

function oneAccount(parts: ApiParts, tags: string[]): RouteOptions[] {
  const url = '/auth/users/:who'
  return [
    {
      method: 'GET',
      url,
      config: {name: 'auth.users.show', access: 'signed-in'},
      schema: {tags, summary: 'One account: for an admin any, else one’s own', params: WHO, response: {200: USER}},
      handler: async (request) => (await parts.accounts()).show(callerOf(request), whoOf(request)),
    },
    {
      method: 'PUT',
      url,
      config: {name: 'auth.users.update', access: 'signed-in'},
      schema: {
        tags,
        summary: 'Change an account',
        description:
          'What is left out stays. Names, roles and switching off are for admins. A new role, or switching off, ends every session of the account.',
        params: WHO,
        body: CHANGE,
        response: {200: USER},
      },
      handler: async (request) =>
        (await parts.accounts()).update(callerOf(request), whoOf(request), request.body as UserChange),
    },
    {
      method: 'DELETE',
      url,
      config: {name: 'auth.users.delete', access: 'admin'},
      schema: {
        tags,
        summary: 'Delete an account, with its sessions and tokens',
        description: 'The last admin who can sign in stays.',
        params: WHO,
        response: {204: NOTHING},
      },
      handler: async (request, reply) => {
        await (await parts.accounts()).remove(callerOf(request), whoOf(request))
        return reply.code(204).send()
      },
    },
    {
      method: 'POST',
      url: `${url}/password`,
      config: {name: 'auth.users.password', access: 'signed-in', limit: {limit: 30, windowMs: HOUR}},
      schema: {
        tags,
        summary: 'Set a password, which ends every session of the account',
        params: WHO,
        body: NEW_PASSWORD,
        response: {204: NOTHING},
      },
      handler: async (request, reply) => {
        const change = request.body as {password: string; current?: string}
        await (await parts.accounts()).setPassword(callerOf(request), whoOf(request), change)
        return reply.code(204).send()
      },
    },
  ]
}

function tokens(parts: ApiParts): RouteOptions[] {
  const tags = ['tokens']
  return [
    {
      method: 'GET',
      url: '/auth/tokens',
      config: {name: 'auth.tokens', access: 'signed-in'},
      schema: {tags, summary: 'One’s own tokens for programs; for an admin all', response: {200: TOKENS}},
      handler: async (request) => ({items: await (await parts.accounts()).listTokens(callerOf(request))}),
    },
    {
      method: 'POST',
      url: '/auth/tokens',
      config: {name: 'auth.tokens.create', access: 'signed-in'},
      schema: {
        tags,
        summary: 'Make a token for a program',
        description: 'The secret is in this answer and nowhere else: what is kept is a hash of it.',
        body: NEW_TOKEN,
        response: {201: MADE_TOKEN},
      },
      handler: async (request, reply) => {
        const made = await (await parts.accounts()).createToken(callerOf(request), request.body as NewToken)
        return reply.code(201).header('cache-control', 'no-store').send(made)
      },
    },
    {
      method: 'DELETE',
      url: '/auth/tokens/:id',
      config: {name: 'auth.tokens.revoke', access: 'signed-in'},
      schema: {
        tags,
        summary: 'Revoke a token: it is refused from now on',
        params: {
          type: 'object',
          required: ['id'],
          additionalProperties: false,
          properties: {id: {type: 'string', maxLength: 64}},
        },
        response: {204: NOTHING},
      },
      handler: async (request, reply) => {
        const {id} = request.params as {id: string}
        await (await parts.accounts()).revokeToken(callerOf(request), id)
        return reply.code(204).send()
      },
    },
  ]
}

const AUDIT_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: {type: 'integer', minimum: 0, maximum: 1_000, default: 100, description: '0: only the chain'},
    cursor: {
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'next_cursor of the page before',
    },
    event: {type: 'string', maxLength: 100, examples: ['sign_in_failed']},
    subject: {type: 'string', maxLength: 200, description: 'Who did it: subject_id'},
    verify: {type: 'boolean', default: false, description: 'Check every row of the trail'},
    noted: {
      type: 'string',
      pattern: NOTED.source,
      description: 'A chain noted before, as ROWS:HEAD: with `verify`, whether the trail still begins with it',
    },
  },
} as const

interface AuditParameters extends Pick<AuditQuestion, 'limit' | 'event' | 'subject' | 'verify'> {
  cursor?: number
  noted?: string
}

function auditTrail(parts: ApiParts): RouteOptions[] {
  return [
    {
      method: 'GET',
      url: '/audit',
      config: {name: 'audit', access: 'admin'},
      schema: {
        tags: ['audit'],
        summary: 'Who did what, the newest first',
        description: 'Each row’s hash covers the row before it, so that a change anywhere is found by `verify`.',
        querystring: AUDIT_QUERY,
        response: {200: AUDIT_PAGE},
      },
      handler: async (request) => {
        const {cursor, noted, ...question} = request.query as AuditParameters
        const page = await (await parts.accounts()).audit(callerOf(request), {
          ...question,
          ...(cursor === undefined ? {} : {before: cursor}),
          ...(noted === undefined ? {} : {noted: readNoted(noted)}),
        })
        const last = page.entries.at(-1)?.seq ?? 1
        const more = question.limit > 0 && page.entries.length === question.limit && last > 1
        return {...page, ...(more ? {next_cursor: String(last)} : {})}
      },
    },
  ]
}
