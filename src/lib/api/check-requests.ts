import AjvCompiler from '@fastify/ajv-compiler'
import {errorCodes, type FastifyInstance, type RouteOptions} from 'fastify'

const STRICT = {removeAdditional: false, useDefaults: true, allErrors: false, allowUnionTypes: true} as const

/**
 * Requests are checked by the routes' schemas. What stands in a URL is text, from which numbers and lists are read; a
 * body is what it is: `"5"` is no number there. What a schema does not know is refused, not left out.
 */
export function checkRequests(app: FastifyInstance): void {
  const factory = AjvCompiler()
  const ofText = factory({}, {customOptions: {...STRICT, coerceTypes: 'array'}})
  const ofBodies = factory({}, {customOptions: {...STRICT, coerceTypes: false}})
  app.addHook('onRoute', refuseOtherBodies)
  app.setValidatorCompiler((route) => (route.httpPart === 'body' ? ofBodies : ofText)(route))
}

/** A body of a type that a route's schema does not name would be handed on unchecked. */
function refuseOtherBodies(route: RouteOptions): void {
  const body = route.schema?.body as {content?: Record<string, unknown>} | undefined
  if (body === undefined) return
  const types = new Set(Object.keys(body.content ?? {'application/json': body}))
  const others = async ({body, headers}: {body?: unknown; headers: {'content-type'?: string}}): Promise<void> => {
    const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (body !== undefined && !types.has(type)) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(type)
  }
  route.preValidation = [others, route.preValidation ?? []].flat()
}
