import {isIP} from 'node:net'
import type {FastifyRequest, RouteOptions} from 'fastify'
import type {Caller} from '../../accounts/accounts.js'
import {rateStatusJson} from '../../cache/as-json.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {ApiParts} from '../api.js'
import {countedAddress} from '../hooks/limits.js'

const COUNT = {type: 'integer', minimum: 0} as const
const RESET = {
  type: 'object',
  required: ['reset'],
  additionalProperties: false,
  properties: {reset: {...COUNT, description: 'Windows that were forgotten'}},
  examples: [{reset: 2}],
} as const

export function rateLimitRoutes(parts: ApiParts): RouteOptions[] {
  const {limiter, signals} = parts
  const told = ({context}: FastifyRequest, who: string, reset: number) => {
    const {requestId, caller} = context
    signals.log.audit('rate_limits_reset', {operation_id: requestId, subject_id: caller.subject, who, reset})
    return {reset}
  }
  return [
    {
      method: 'GET',
      url: '/rate-limits/status',
      config: {name: 'rate-limits.status', access: 'admin'},
      schema: {
        tags: ['server'],
        summary: 'Who has asked how often, in the windows that run',
        description:
          'Those nearest to their limit first. Without Redis, or while it is away, those of this server alone.',
        response: {200: STATUS},
      },
      handler: async () => rateStatusJson(await limiter.status()),
    },
    {
      method: 'DELETE',
      url: '/rate-limits/reset/:id',
      config: {name: 'rate-limits.reset', access: 'admin'},
      schema: {
        tags: ['server'],
        summary: 'Forget how often a user or an address has asked',
        description: 'Whoever has not asked yet has 0 windows: that is no error.',
        params: {
          type: 'object',
          required: ['id'],
          additionalProperties: false,
          properties: {
            id: {
              type: 'string',
              minLength: 1,
              maxLength: 256,
              description: 'A user name, a user id or an address; also as user:ID or ip:ADDRESS',
              examples: ['ip:203.0.113.7'],
            },
          },
        },
        response: {200: RESET},
      },
      handler: async (request) => {
        const {id} = request.params as {id: string}
        const user = await userNamed(parts, request.context.caller, id)
        const other = user && user !== id ? await limiter.reset(`user:${user}`) : 0
        return told(request, id, other + (await limiter.reset(countedAs(id))))
      },
    },
    {
      method: 'DELETE',
      url: '/rate-limits/reset-all',
      config: {name: 'rate-limits.reset-all', access: 'admin'},
      schema: {
        tags: ['server'],
        summary: 'Forget how often anyone has asked',
        response: {200: RESET},
      },
      handler: async (request) => told(request, '*', await limiter.resetAll()),
    },
  ]
}

/** An address as it is counted: of IPv6 its network. What is none stays as it is. */
function countedAs(id: string): string {
  const [, kind = '', address = ''] = /^(ip:)?(.*)$/s.exec(id) ?? []
  return isIP(address) === 0 ? id : kind + countedAddress(address)
}

/** The id of a user of this name; counts are kept by id. Who has no account, or while the database is away, has none. */
async function userNamed(parts: ApiParts, caller: Caller, name: string): Promise<string | undefined> {
  if (name.includes(':')) return undefined
  try {
    return (await (await parts.accounts()).show(caller, name)).id
  } catch (error) {
    if (error instanceof LogflowError) return undefined
    throw error
  }
}

const STATUS = {
  type: 'object',
  required: ['kind', 'available', 'items'],
  additionalProperties: false,
  properties: {
    kind: {enum: ['memory', 'redis']},
    available: {type: 'boolean', description: 'False while Redis is away: each server counts for itself then'},
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['endpoint', 'who', 'allowed', 'limit', 'remaining', 'window_seconds', 'reset_seconds'],
        additionalProperties: false,
        properties: {
          endpoint: {type: 'string'},
          who: {type: 'string', description: 'user:ID or ip:ADDRESS'},
          allowed: {type: 'boolean', description: 'Whether the next request gets through'},
          limit: COUNT,
          remaining: COUNT,
          window_seconds: {type: 'number'},
          reset_seconds: {...COUNT, description: 'Until the window ends'},
        },
        examples: [
          {
            endpoint: 'auth.login',
            who: 'ip:203.0.113.7',
            allowed: false,
            limit: 20,
            remaining: 0,
            window_seconds: 3600,
            reset_seconds: 1805,
          },
        ],
      },
    },
  },
} as const
