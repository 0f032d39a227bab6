import type {RouteOptions} from 'fastify'
import type {ApiParts} from '../api.js'

/** Names of the families of HTTP itself begin so. */
const HTTP = 'http_'

/** What Prometheus collects: everything, or what is about HTTP alone (also under the name it had once). */
export function ownMetricsRoutes({signals}: ApiParts): RouteOptions[] {
  const route = (url: string, name: string, summary: string, families?: string): RouteOptions => ({
    method: 'GET',
    url,
    config: {name, access: 'reader', limit: {limit: 600, windowMs: 60_000}},
    schema: {
      tags: ['server'],
      summary,
      response: {200: {description: 'Metrics', content: {'text/plain': {schema: {type: 'string'}}}}},
    },
    handler: async (_request, reply) => {
      const {contentType, body} = await signals.expose(families)
      return reply.header('content-type', contentType).send(body)
    },
  })
  return [
    route('/metrics', 'prometheus', "logflow's own metrics, in the Prometheus text format"),
    route('/metrics/http', 'prometheus.http', 'Metrics of HTTP requests', HTTP),
    route('/metrics/fastapi', 'prometheus.fastapi', 'The same as /metrics/http, under its old name', HTTP),
  ]
}
