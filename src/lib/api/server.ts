import {setTimeout as sleep} from 'node:timers/promises'
import fastify, {type FastifyInstance, type FastifyReply, type FastifyRequest} from 'fastify'
import {LogflowError} from '../errors/logflow-error.js'
import {UNIT_FRAME} from '../remote/protocol.js'
import type {ApiParts} from './api.js'
import {checkRequests} from './check-requests.js'
import {authorise, identify} from './hooks/access.js'
import {answerBadConnection} from './hooks/bad-connections.js'
import {allowOrigins, refuseForeignPages} from './hooks/browser-safety.js'
import {compressAnswer} from './hooks/compress.js'
import {endDeadline, startDeadline} from './hooks/deadline.js'
import {limitRequests} from './hooks/limits.js'
import {answerNotFound, RouteTable} from './hooks/not-found.js'
import {tellAnswer, traceHandler} from './hooks/own-signals.js'
import {answerProblem, problemOf} from './hooks/problems.js'
import {contextHeaders, contextOf, takeUpContext} from './hooks/request-context.js'
import {readLimits} from './limits.js'
import {describeApi} from './openapi.js'
import {PREFIX} from './prefix.js'
import {PLAIN_SUBJECTS, SUBJECTS} from './routes/index.js'

/** A connection on which nothing is asked is closed after so long. */
const KEEP_ALIVE_MS = 60_000
/** How often connections are looked at for requests that take too long to arrive. */
const LOOK_EVERY_MS = 1_000

/** Requests that had come but were not read when the server was asked to end are told so within this time. */
const LAST_CALL_MS = 200

/** Characters of a part of a path: ids of records hold the id of their source. */
const MAX_PARAMETER = 2_048

/** The start does not wait longer for a database that is away. */
const SETTINGS_WAIT_MS = 3_000

export type ApiServer = FastifyInstance

/** Puts the API together; it listens once `listen` is called, and `close` lets what is under way finish. */
export async function buildServer(parts: ApiParts): Promise<FastifyInstance> {
  const app = makeFastify(parts)
  const table = new RouteTable()
  app.decorate('routeNames', table.names)
  await addContentTypes(app)
  checkRequests(app)
  app.addHook('onRoute', (route) => {
    table.add(route)
    traceHandler(parts, route)
  })
  await addHooks(app, parts, table)
  closeWhenDone(app)
  app.setErrorHandler(answerProblem(parts))
  app.setNotFoundHandler(answerNotFound(table))
  await describeApi(app, parts)
  for (const routes of PLAIN_SUBJECTS) for (const route of routes(parts)) app.route(route)
  await app.register(
    async (api) => {
      const routes = SUBJECTS.flatMap((subject) => subject(parts))
      for (const route of routes) if (!route.config?.bytes) api.route(route)
      await api.register(async (bytes) => {
        bytes.removeContentTypeParser('application/json')
        bytes.addContentTypeParser('application/json', {parseAs: 'buffer'}, asBytes)
        for (const route of routes) if (route.config?.bytes) bytes.route(route)
      })
    },
    {prefix: PREFIX},
  )
  await app.ready()
  // What is written wrong is told at the start.
  readLimits(parts.config.api.rateLimits, table.names)
  await knownSoon(parts)
  return app
}

/**
 * Once the server ends and nothing is under way, no connection is kept: not for the client's next request, nor those that
 * were opened and never asked for anything. Node waits for both.
 */
function closeWhenDone(app: FastifyInstance): void {
  let underWay = 0
  let ending = false
  const look = () => {
    if (ending && underWay === 0) app.server.closeAllConnections()
  }
  app.addHook('onRequest', async (_request, {raw}) => {
    underWay++
    raw.once('close', () => {
      underWay--
      setImmediate(look)
    })
  })
  app.addHook('preClose', async () => {
    const timer = setTimeout(() => {
      ending = true
      look()
    }, LAST_CALL_MS)
    app.server.once('close', () => clearTimeout(timer))
    timer.unref()
  })
}

/** Settings of admins, if the database tells them soon; else they are asked for again while the server runs. */
async function knownSoon({live}: ApiParts): Promise<void> {
  const waited = new AbortController()
  await Promise.race([live.refresh(), sleep(SETTINGS_WAIT_MS, undefined, {signal: waited.signal}).catch(() => {})])
  waited.abort()
}

function makeFastify(parts: ApiParts): FastifyInstance {
  const {api} = parts.config
  try {
    return fastify({
      logger: false,
      trustProxy: api.trustedProxies.length > 0 ? api.trustedProxies : false,
      routerOptions: {maxParamLength: MAX_PARAMETER},
      bodyLimit: api.bodyLimit,
      requestTimeout: api.requestTimeout,
      keepAliveTimeout: KEEP_ALIVE_MS,
      forceCloseConnections: 'idle',
      http: {headersTimeout: api.requestTimeout, connectionsCheckingInterval: LOOK_EVERY_MS},
      clientErrorHandler: answerBadConnection(parts),
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

/** Bodies besides JSON and forms come as bytes: what is a log line is not ours to decode here. */
async function addContentTypes(app: FastifyInstance): Promise<void> {
  const {default: formbody} = await import('@fastify/formbody')
  await app.register(formbody)
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser(
    ['text/plain', 'application/x-ndjson', 'application/jsonl', 'application/octet-stream', UNIT_FRAME],
    {parseAs: 'buffer'},
    asBytes,
  )
  // What is sent is what the handler returned, whole: response schemas are for the document and the tests.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
}

function asBytes(_request: FastifyRequest, body: Buffer, done: (error: null, body: Buffer) => void): void {
  done(null, body)
}

/** What goes for every request, in this order. A request is counted before it is refused. */
async function addHooks(app: FastifyInstance, parts: ApiParts, table: RouteTable): Promise<void> {
  app.decorateRequest('context')
  app.decorateRequest('refusal', undefined)
  app.decorateRequest('admitted', false)
  app.decorateRequest('deadline', undefined)
  app.addHook('onRequest', takeUpContext)
  await allowOrigins(app, parts)
  app.addHook('onRequest', refuseForeignPages(parts))
  app.addHook('onRequest', identify(parts))
  app.addHook('onRequest', limitRequests(parts, table.names))
  app.addHook('onRequest', authorise(parts))
  app.addHook('preHandler', startDeadline(parts))
  app.addHook('onSend', endDeadline)
  app.addHook('onSend', compressAnswer)
  app.addHook('onResponse', tellAnswer(parts))
}
