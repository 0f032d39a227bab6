import type {RouteOptions} from 'fastify'

export function openapiRoutes(): RouteOptions[] {
  let document: string | undefined
  return [
    {
      method: 'GET',
      url: '/openapi.json',
      config: {name: 'openapi', access: 'anyone'},
      schema: {
        tags: ['server'],
        summary: 'This document',
        response: {200: {type: 'object', additionalProperties: true}},
      },
      async handler(_request, reply) {
        document ??= JSON.stringify(this.swagger())
        return reply.type('application/json').send(document)
      },
    },
  ]
}
