// Every endpoint: a subject is a file here that makes its routes from the parts, and one line in this table. root.ts is
// the smallest: copy it. Handlers throw LogflowError and know nothing of statuses (hooks/problems.ts) or sign-in.

import type {RouteOptions} from 'fastify'
import type {ApiParts} from '../api.js'
import {PREFIX} from '../prefix.js'
import {authRoutes} from './auth.js'
import {busRoutes} from './bus.js'
import {healthRoutes} from './health.js'
import {rootRoutes} from './root.js'
import {storeRoutes} from './store.js'

/** Below {@link PREFIX}. */
export const SUBJECTS: ReadonlyArray<(parts: ApiParts) => RouteOptions[]> = [
  authRoutes,
  healthRoutes,
  storeRoutes,
  busRoutes,
]

/** Where they stand, without a prefix. */
export const PLAIN_SUBJECTS: ReadonlyArray<(parts: ApiParts) => RouteOptions[]> = [rootRoutes, plainHealth]

/** Probes look for it at the root. */
function plainHealth(parts: ApiParts): RouteOptions[] {
  return healthRoutes(parts).map((route) => ({
    ...route,
    schema: {...route.schema, operationId: 'health.plain', description: `The same as ${PREFIX}${route.url}.`},
  }))
}
