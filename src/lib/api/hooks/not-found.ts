import type {FastifyReply, FastifyRequest, RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {UNMATCHED} from './limits.js'

/** Knows every route, to tell a path that is not there from one that is there for other methods. */
export class RouteTable {
  private readonly routes: Array<{method: string; pattern: RegExp}> = []
  readonly names = new Set<string>([UNMATCHED])

  add({method, url, config}: RouteOptions): void {
    if (config?.name) this.names.add(config.name)
    const pattern = patternOf(url)
    for (const one of Array.isArray(method) ? method : [method]) this.routes.push({method: one, pattern})
  }

  /** Methods that a path is there for, in the order of the alphabet. */
  methodsOf(path: string): string[] {
    return [...new Set(this.routes.filter(({pattern}) => pattern.test(path)).map(({method}) => method))].sort()
  }
}

/** `/logs/:id` and `/static/*` as regular expressions. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/')
  return new RegExp(`^${source}$`)
}

export function answerNotFound(table: RouteTable) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    const allowed = table.methodsOf(request.url.split('?', 1)[0] as string).filter((method) => method !== 'OPTIONS')
    if (allowed.length > 0) {
      reply.header('allow', allowed.join(', '))
      throw Object.assign(new Error(`this endpoint takes ${allowed.join(', ')}`), {statusCode: 405})
    }
    throw new LogflowError('NOT_FOUND', 'there is no such endpoint', {
      suggestions: ['GET /openapi.json lists them all'],
    })
  }
}
