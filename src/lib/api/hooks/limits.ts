import type {FastifyReply, FastifyRequest} from 'fastify'
import type {Caller} from '../../accounts/accounts.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {ApiParts} from '../api.js'
import {describeLimit, type LimitOf} from '../limits.js'

/** What asks for something that is not there is counted together, under this name. */
export const UNMATCHED = 'unmatched'

/** Over the limit. Tells when the window ends. */
export class LimitExceeded extends LogflowError {
  constructor(
    limit: string,
    readonly retryAfterMs: number,
  ) {
    super('THROTTLED', `Rate limit exceeded: ${limit}`, {retriable: true})
  }
}

/**
 * Counts each request for its user, or its address where nobody is signed in, and refuses it over the limit.
 * @param limitOf known once all routes are
 */
export function limitRequests({limiter, signals}: ApiParts, limitOf: () => LimitOf) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const {name = UNMATCHED, limit: own} = request.routeOptions.config
    const limit = limitOf()({name, limit: own})
    if (!limit) return
    const state = await limiter.take(`${name}:${whoOf(request.context.caller)}`, limit)
    reply.headers({
      'ratelimit-limit': String(state.limit),
      'ratelimit-remaining': String(state.remaining),
      'ratelimit-reset': String(Math.ceil(state.resetMs / 1000)),
    })
    if (state.allowed) return
    signals.counters.rateLimitExceeded(request.routeOptions.url ?? UNMATCHED)
    throw new LimitExceeded(describeLimit(state), state.resetMs)
  }
}

function whoOf({subject, source}: Caller): string {
  return subject === 'anonymous' ? `ip:${source ?? 'unknown'}` : `user:${subject}`
}
