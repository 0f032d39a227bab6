import AjvCompiler from '@fastify/ajv-compiler'
import type {FastifyInstance} from 'fastify'

const STRICT = {removeAdditional: false, useDefaults: true, allErrors: false, allowUnionTypes: true} as const

/**
 * Requests are checked by the routes' schemas. What stands in a URL is text, from which numbers and lists are read; a
 * body is what it is: `"5"` is no number there. What a schema does not know is refused, not left out.
 */
export function checkRequests(app: FastifyInstance): void {
  const factory = AjvCompiler()
  const ofText = factory({}, {customOptions: {...STRICT, coerceTypes: 'array'}})
  const ofBodies = factory({}, {customOptions: {...STRICT, coerceTypes: false}})
  app.setValidatorCompiler((route) => (route.httpPart === 'body' ? ofBodies : ofText)(route))
}
