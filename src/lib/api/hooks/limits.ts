import type {FastifyReply, FastifyRequest} from 'fastify'
import type {Caller} from '../../accounts/accounts.js'
import {sourceNetwork} from '../../accounts/source-network.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {ApiParts} from '../api.js'
import {describeLimit, type LimitOf, readLimits} from '../limits.js'
import {isLoopback} from '../loopback.js'

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
 * @param names of all routes, once there are any
 */
export function limitRequests({limiter, signals, live}: ApiParts, names: ReadonlySet<string>) {
  const limitOf = limitsInForce(live, names)
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

/** Who is counted: of IPv6 a whole network, since whoever has one address of it has them all. */
export function whoOf({subject, source}: Pick<Caller, 'subject' | 'source'>): string {
  if (subject !== 'anonymous') return `user:${subject}`
  return `ip:${source === undefined ? 'unknown' : countedAddress(source)}`
}

/** What an address is counted as: `::1` as itself. */
export function countedAddress(address: string): string {
  return isLoopback(address) ? address : sourceNetwork(address)
}

/** The limits as they are written now, read once as long as they stay so. */
function limitsInForce(live: ApiParts['live'], names: ReadonlySet<string>): () => LimitOf {
  let written: readonly string[] | undefined
  let limitOf: LimitOf = () => undefined
  return () => {
    const {rateLimits} = live.current()
    if (rateLimits !== written) {
      limitOf = readable(rateLimits, names)
      written = rateLimits
    }
    return limitOf
  }
}

/** Limits that another version of logflow wrote, and that mean nothing here, leave the built-in ones. */
function readable(written: readonly string[], names: ReadonlySet<string>): LimitOf {
  try {
    return readLimits(written, names)
  } catch {
    return readLimits([], names)
  }
}
