import type {RouteOptions} from 'fastify'
import {cacheStatsJson} from '../../cache/as-json.js'
import type {ApiParts} from '../api.js'

const COUNT = {type: 'integer', minimum: 0} as const

export function cacheRoutes({cache, signals}: ApiParts): RouteOptions[] {
  return [
    {
      method: 'GET',
      url: '/cache/stats',
      config: {name: 'cache.stats', access: 'reader'},
      schema: {
        tags: ['server'],
        summary: 'What the cache holds and how often it was asked',
        description: 'Hits, misses and errors are of this server since it began; keys of all that share the cache.',
        response: {200: STATS},
      },
      handler: async () => cacheStatsJson(await cache.stats()),
    },
    {
      method: 'DELETE',
      url: '/cache/clear',
      config: {name: 'cache.clear', access: 'admin'},
      schema: {
        tags: ['server'],
        summary: 'Forget what is cached',
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            pattern: {
              type: 'string',
              minLength: 1,
              maxLength: 1_000,
              default: '*',
              description: 'Only keys like this one, in which * is any text',
              examples: ['metrics:*'],
            },
          },
        },
        response: {
          200: {
            type: 'object',
            required: ['pattern', 'cleared'],
            additionalProperties: false,
            properties: {pattern: {type: 'string'}, cleared: COUNT},
            examples: [{pattern: 'metrics:*', cleared: 12}],
          },
        },
      },
      handler: async ({query, context}) => {
        const {pattern} = query as {pattern: string}
        const cleared = await cache.clear(pattern)
        signals.log.audit('cache_cleared', {
          operation_id: context.requestId,
          subject_id: context.caller.subject,
          pattern,
          cleared,
        })
        return {pattern, cleared}
      },
    },
  ]
}

const STATS = {
  type: 'object',
  required: ['kind', 'available', 'hits', 'misses', 'errors', 'keys', 'prefixes'],
  additionalProperties: false,
  properties: {
    kind: {enum: ['memory', 'redis']},
    available: {type: 'boolean', description: 'False while Redis is away: nothing is cached then'},
    hits: COUNT,
    misses: COUNT,
    hit_rate: {type: 'number', minimum: 0, maximum: 1},
    errors: COUNT,
    keys: COUNT,
    bytes: COUNT,
    prefixes: {type: 'object', additionalProperties: COUNT, description: 'Keys by their prefix'},
  },
  examples: [
    {kind: 'memory', available: true, hits: 90, misses: 10, hit_rate: 0.9, errors: 0, keys: 3, prefixes: {metrics: 3}},
  ],
} as const
