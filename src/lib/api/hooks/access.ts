import type {FastifyRequest} from 'fastify'
import type {Caller, Scope} from '../../accounts/accounts.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Access, ApiParts} from '../api.js'

/** The token of `Authorization: Bearer …`; absent where nobody signs in. Another scheme is refused. */
export function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const match = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header)
  if (!match) throw new LogflowError('UNAUTHORISED', 'the Authorization header is not "Bearer TOKEN"')
  return match[1]
}

/**
 * Finds out who asks. A token that is no good is refused later, once it has been counted: {@link authorise} throws what
 * is found here.
 */
export function identify(parts: ApiParts): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const {context} = request
    try {
      const bearer = bearerOf(request.headers.authorization)
      if (bearer === undefined) return
      const accounts = await parts.accounts()
      context.caller = await accounts.authenticate(bearer, {
        source: context.caller.source,
        operation: context.requestId,
      })
    } catch (error) {
      request.refusal = error
    }
  }
}

/** Lets a request through, or throws UNAUTHORISED or FORBIDDEN. A route that does not say who may call it is for admins. */
export function authorise(parts: ApiParts): (request: FastifyRequest) => Promise<void> {
  const {live} = parts
  return async (request) => {
    if (request.refusal !== undefined) throw request.refusal
    if (request.is404) return
    const {access = 'admin'} = request.routeOptions.config
    const {publicReads} = live.current()
    const isPublic = publicReads && live.unknown === undefined
    // Admins may have closed what the configuration leaves open.
    if (publicReads && !isPublic && request.context.caller.subject === 'anonymous' && access.startsWith('reader'))
      throw live.unknown
    check(request.context.caller, access, isPublic)
    request.admitted = true
  }
}

function check(caller: Caller, access: Access, publicReads: boolean): void {
  const reads = access === 'reader' || access === 'reader-or-sender'
  if (access === 'anyone' || (reads && publicReads)) return
  if (caller.subject === 'anonymous')
    throw new LogflowError('UNAUTHORISED', 'sign in first: this needs a bearer token', {
      suggestions: ['logflow auth login URL  to sign in from the command line'],
    })
  if (access === 'signed-in') return
  if (access === 'reader-or-sender' && caller.scopes.has('ingest')) return
  const scope: Scope = reads ? 'read' : access
  if (!caller.scopes.has(scope))
    throw new LogflowError('FORBIDDEN', `this needs the scope ${scope}, which the account or token does not have`)
  if (scope === 'admin' && caller.role !== 'admin') throw new LogflowError('FORBIDDEN', 'this is for admins')
}
