import fastify, {type FastifyInstance, type FastifyReply} from 'fastify'
import {LogflowError} from '../errors/logflow-error.js'
import type {ApiParts} from './api.js'
import {authorise, identify} from './hooks/access.js'
import {answerProblem, problemOf} from './hooks/problems.js'
import {contextHeaders, contextOf, takeUpContext} from './hooks/request-context.js'
import {PREFIX} from './prefix.js'
import {PLAIN_SUBJECTS, SUBJECTS} from './routes/index.js'

/** A connection on which nothing is asked is closed after so long. */
const KEEP_ALIVE_MS = 60_000

/** Puts the API together; it listens once `listen` is called, and `close` lets what is under way finish. */
export async function buildServer(parts: ApiParts): Promise<FastifyInstance> {
  const app = makeFastify(parts)
  addContentTypes(app)
  addHooks(app, parts)
  await app.register(async (plain) => {
    for (const routes of PLAIN_SUBJECTS) for (const route of routes(parts)) plain.route(route)
  })
  await app.register(
    async (api) => {
      for (const routes of SUBJECTS) for (const route of routes(parts)) api.route(route)
    },
    {prefix: PREFIX},
  )
  await app.ready()
  return app
}

function makeFastify({config: {api}}: ApiParts): FastifyInstance {
  try {
    return fastify({
      logger: false,
      trustProxy: api.trustedProxies.length > 0 ? api.trustedProxies : false,
      bodyLimit: api.bodyLimit,
      requestTimeout: api.requestTimeout,
      keepAliveTimeout: KEEP_ALIVE_MS,
      forceCloseConnections: 'idle',
      ajv: {customOptions: {removeAdditional: false, allErrors: false, allowUnionTypes: true}},
      frameworkErrors: (error, request, reply) => {
        const context = contextOf(request.headers, request.ip)
        const {status, headers, body} = problemOf(error, context.requestId)
        const answer = reply as FastifyReply
        answer
          .code(status)
          .headers({...contextHeaders(context), ...headers})
          .type('application/json')
          .send(body)
      },
    })
  } catch (cause) {
    throw new LogflowError('BAD_CONFIG', 'api.trusted_proxies holds something that is not an address', {
      cause,
      suggestions: ['Write addresses or ranges: 10.0.0.1,192.168.0.0/16'],
    })
  }
}

/** Bodies besides JSON come as bytes: what is a log line is not ours to decode here. */
function addContentTypes(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser(
    ['text/plain', 'application/x-ndjson', 'application/jsonl', 'application/octet-stream'],
    {parseAs: 'buffer'},
    (_request, body, done) => done(null, body),
  )
  // What is sent is what the handler returned, whole: response schemas are for the document and the tests.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
}

/** What goes for every request, in this order. */
function addHooks(app: FastifyInstance, parts: ApiParts): void {
  app.decorateRequest('context')
  app.decorateRequest('refusal', undefined)
  app.decorateRequest('admitted', false)
  app.addHook('onRequest', takeUpContext)
  app.addHook('onRequest', identify(parts))
  app.addHook('onRequest', authorise(parts))
  app.setErrorHandler(answerProblem(parts))
  app.setNotFoundHandler(() => {
    throw new LogflowError('NOT_FOUND', 'there is no such endpoint', {
      suggestions: ['GET /openapi.json lists them all'],
    })
  })
}
