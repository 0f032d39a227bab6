import type {RouteOptions} from 'fastify'
import type {ApiParts} from '../api.js'
import {type Health, openHealth} from '../health.js'

export function healthRoutes(parts: ApiParts): RouteOptions[] {
  const health = openHealth(parts)
  return [
    {
      method: 'GET',
      url: '/health',
      config: {name: 'health', access: 'anyone', limit: false},
      schema: {
        tags: ['server'],
        summary: 'Whether the parts answer; 503 when a needed one does not',
        description:
          'healthy: all answer. degraded: something optional (Redis) does not. unhealthy: something needed does not. Asked of the parts once a second at most.',
        response: {200: HEALTH, 503: HEALTH},
      },
      handler: async (_request, reply) => {
        const answer: Health = await health()
        return reply.code(answer.status === 'unhealthy' ? 503 : 200).send(answer)
      },
    },
  ]
}

const HEALTH = {
  type: 'object',
  required: ['status', 'timestamp', 'services'],
  additionalProperties: false,
  properties: {
    status: {enum: ['healthy', 'degraded', 'unhealthy']},
    timestamp: {type: 'string', examples: ['2026-11-21T10:00:00.000Z']},
    services: {
      type: 'object',
      additionalProperties: {enum: ['healthy', 'unhealthy']},
      examples: [{elasticsearch: 'healthy', database: 'healthy', redis: 'healthy'}],
    },
  },
} as const
