import type {FastifyInstance, FastifySchema, RouteOptions} from 'fastify'
import type {Access, ApiParts} from './api.js'

/** What the documentation page may load: its own files, and nothing else. */
const DOCS_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const DOCS = '/docs'

const TAGS = [
  {name: 'logs', description: 'Search, follow and send logs'},
  {name: 'metrics', description: 'How much is logged, by whom, how fast and how well'},
  {name: 'alerts', description: 'Alert rules, what they triggered, and silences'},
  {name: 'auth', description: 'Signing in and out, and one’s own account'},
  {name: 'users', description: 'Accounts of everybody'},
  {name: 'tokens', description: 'Tokens for programs'},
  {name: 'audit', description: 'Who signed in and who changed what'},
  {name: 'cache', description: 'Answers that are kept for a while'},
  {name: 'rate limits', description: 'How often each caller has asked'},
  {name: 'server', description: 'The server itself: health, settings, its own metrics'},
  {name: 'trace', description: 'Ids and traces of requests, to be checked'},
  {name: 'store', description: 'What logflow commands of another machine ask the store'},
  {name: 'bus', description: 'What logflow commands of another machine ask the bus'},
]

/** OpenAPI 3.1 out of the routes' own schemas, at /openapi.json, and a page to read and try it at /docs. */
export async function describeApi(app: FastifyInstance, {version}: ApiParts): Promise<void> {
  const [{default: swagger}, {default: swaggerUi}] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ])
  app.addHook('onRoute', markDocs)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'logflow',
        version,
        description:
          'Ship, search, follow and measure logs. Errors are JSON with a stable `code`. Every answer has `X-Request-ID`, `X-Correlation-ID` and `X-Trace-Id`; limits are told in `RateLimit-*`.',
        license: {name: 'MIT', identifier: 'MIT'},
      },
      servers: [{url: '/'}],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'A session (JWT) of POST /api/v1/auth/login, or a token of logflow auth token create',
          },
        },
        schemas: {Problem: PROBLEM as object},
      },
    },
    convertConstToEnum: false,
    transform: ({schema, url, route}) => ({schema: described(schema, route), url}),
  })
  await app.register(swaggerUi, {
    routePrefix: DOCS,
    staticCSP: DOCS_CSP,
    uiConfig: {url: '/openapi.json', persistAuthorization: false, displayOperationId: true, docExpansion: 'none'},
    theme: {title: 'logflow API'},
  })
}

/** The page's own files say nothing of themselves. */
function markDocs(route: RouteOptions): void {
  if (route.url !== DOCS && !route.url.startsWith(`${DOCS}/`)) return
  route.config = {...route.config, name: 'docs', access: 'anyone', limit: {limit: 600, windowMs: 60_000}}
}

/** A route's schema with what follows from its rules: operation id, sign-in, and the problems it may answer with. */
function described(schema: FastifySchema | undefined, {config}: RouteOptions): FastifySchema {
  const {name, access = 'admin'} = config ?? {}
  if (schema?.hide || name === undefined) return {hide: true}
  const own = (schema?.response ?? {}) as Record<string, unknown>
  return {
    ...schema,
    operationId: name,
    description: [schema?.description, ACCESS[access]].filter(Boolean).join('\n\n'),
    security: securityOf(access),
    response: {...problemsOf(schema, access), ...own},
  }
}

const ACCESS: Record<Access, string> = {
  anyone: 'Needs no sign-in.',
  reader:
    'Needs the scope `read`; without sign-in while the server listens on the loopback address, unless configured otherwise.',
  'reader-or-sender':
    'Needs the scope `read` or `ingest`; without sign-in while the server listens on the loopback address, unless configured otherwise.',
  'signed-in': 'Needs an account.',
  read: 'Needs the scope `read`.',
  ingest: 'Needs the scope `ingest`.',
  alerts: 'Needs the scope `alerts`.',
  admin: 'For admins, with the scope `admin`.',
}

function securityOf(access: Access): Array<Record<string, string[]>> {
  if (access === 'anyone') return []
  return access.startsWith('reader') ? [{}, {bearer: []}] : [{bearer: []}]
}

function problemsOf(schema: FastifySchema | undefined, access: Access): Record<string, object> {
  const checks = schema?.body || schema?.querystring || schema?.params
  return {
    ...(checks ? {400: problem('The request is not valid')} : {}),
    401: problem('Not signed in, or a token that is no good'),
    ...(access === 'anyone' ? {} : {403: problem('Not allowed')}),
    ...(schema?.params ? {404: problem('Not there'), 414: problem('A part of the path is too long')} : {}),
    ...(schema?.body ? PROBLEMS_OF_BODIES : {}),
    429: problem('Over the limit; Retry-After says when to come again'),
    500: problem('An error of the server; its log has the request id'),
    503: problem('Something the server needs does not answer'),
    504: problem('It took too long'),
  }
}

const PROBLEM = {
  type: 'object',
  required: ['error', 'code', 'request_id'],
  additionalProperties: true,
  properties: {
    error: {type: 'string', description: 'What went wrong, in words that do not change'},
    code: {type: 'string', description: 'The kind of failure, to branch on', examples: ['usage', 'not_found']},
    request_id: {type: 'string'},
    detail: {type: 'string', description: 'What exactly is wrong with the request'},
    position: {type: 'integer', description: 'Where the query is wrong, in UTF-16 units'},
    suggestions: {type: 'array', items: {type: 'string'}},
  },
}

const PROBLEMS_OF_BODIES = {
  404: problem('Something that it names is not there'),
  409: problem('A name that is taken, or something that changed meanwhile'),
  413: problem('The body is too large'),
  415: problem('A body of another type'),
}

/** An answer that is no success, as routes name it that have one of their own. */
export function problem(description: string): object {
  return {description, ...PROBLEM}
}
