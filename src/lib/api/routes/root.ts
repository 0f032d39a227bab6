import type {RouteOptions} from 'fastify'
import type {ApiParts} from '../api.js'
import {PREFIX} from '../prefix.js'

export function rootRoutes({version}: ApiParts): RouteOptions[] {
  return [
    {
      method: 'GET',
      url: '/',
      config: {name: 'root', access: 'anyone'},
      schema: {
        tags: ['server'],
        summary: 'Name, version and where to go from here',
        response: {
          200: {
            type: 'object',
            required: ['name', 'version', 'links'],
            additionalProperties: false,
            properties: {
              name: {const: 'logflow'},
              version: {type: 'string', examples: ['0.1.0']},
              links: {type: 'object', additionalProperties: {type: 'string'}},
            },
          },
        },
      },
      handler: async () => ({
        name: 'logflow',
        version,
        links: {api: PREFIX, docs: '/docs', openapi: '/openapi.json', health: '/health', metrics: '/metrics'},
      }),
    },
  ]
}
