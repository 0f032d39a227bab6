import AjvCompiler from '@fastify/ajv-compiler'
import {errorCodes, type FastifyInstance, type FastifySchemaValidationError, type RouteOptions} from 'fastify'

// `verbose` puts the schema into each error: what would have been right is read from it.
const STRICT = {
  removeAdditional: false,
  useDefaults: true,
  allErrors: false,
  allowUnionTypes: true,
  verbose: true,
} as const

/** Characters of an unknown name that are told. */
const MOST_NAME = 64

/** Names of the parts of a request as people know them. */
const PARTS: Record<string, string> = {querystring: 'query string', params: 'path', headers: 'header'}

/**
 * Requests are checked by the routes' schemas. What stands in a URL is text, from which numbers and lists are read; a
 * body is what it is: `"5"` is no number there. What a schema does not know is refused, not left out.
 */
export function checkRequests(app: FastifyInstance): void {
  const factory = AjvCompiler()
  const ofText = factory({}, {customOptions: {...STRICT, coerceTypes: 'array'}})
  const ofBodies = factory({}, {customOptions: {...STRICT, coerceTypes: false}})
  app.setSchemaErrorFormatter(
    (errors, part) => new Error(errors.map((error) => violation(error, PARTS[part] ?? part)).join(', ')),
  )
  app.addHook('onRoute', refuseOtherBodies)
  app.setValidatorCompiler((route) => (route.httpPart === 'body' ? ofBodies : ofText)(route))
}

/** What is wrong with a request, and what would be right where the schema lists it. */
function violation(error: FastifySchemaValidationError, part: string): string {
  const {keyword, instancePath, message = 'is not valid', params} = error
  const {parentSchema} = error as {parentSchema?: {properties?: object}}
  const place = `${part}${instancePath}`
  if (keyword === 'enum') return `${place} must be one of ${(params.allowedValues as unknown[]).join(', ')}`
  if (keyword !== 'additionalProperties') return `${place} ${message}`
  const known = Object.keys(parentSchema?.properties ?? {})
  const name = JSON.stringify(String(params.additionalProperty).slice(0, MOST_NAME))
  return `${place} must not have ${name}: ${known.length === 0 ? 'it takes nothing' : `it takes ${known.join(', ')}`}`
}

/** A body of a type that a route's schema does not name would be handed on unchecked. */
function refuseOtherBodies(route: RouteOptions): void {
  const body = route.schema?.body as {content?: Record<string, unknown>} | undefined
  if (body === undefined) return
  const types = new Set(Object.keys(body.content ?? {'application/json': body}))
  const others = async ({body, headers}: {body?: unknown; headers: {'content-type'?: string}}): Promise<void> => {
    const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (body !== undefined && !types.has(type))
      throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(`${type}: this takes ${[...types].join(', ')}`)
  }
  route.preValidation = [others, route.preValidation ?? []].flat()
}
