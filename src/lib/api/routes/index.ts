// Every endpoint: a subject is a file here that makes its routes from the parts, and one line in this table. root.ts is
// the smallest: copy it. Handlers throw LogflowError and know nothing of statuses (hooks/problems.ts) or sign-in.

import type {RouteOptions} from 'fastify'
import type {ApiParts} from '../api.js'
import {PREFIX} from '../prefix.js'
import {alertRoutes} from './alerts.js'
import {authRoutes} from './auth.js'
import {busRoutes} from './bus.js'
import {cacheRoutes} from './cache.js'
import {configRoutes} from './config.js'
import {healthRoutes} from './health.js'
import {logsRoutes} from './logs.js'
import {metricsRoutes} from './metrics.js'
import {openapiRoutes} from './openapi.js'
import {ownMetricsRoutes} from './own-metrics.js'
import {patternsRoutes} from './patterns.js'
import {postedLogsRoutes} from './posted-logs.js'
import {rateLimitRoutes} from './rate-limits.js'
import {rootRoutes} from './root.js'
import {storeRoutes} from './store.js'
import {traceRoutes} from './trace.js'
import {tracesRoutes} from './traces.js'

/** Makes the routes of one subject. */
export type Subject = (parts: ApiParts) => RouteOptions[]

/** Below {@link PREFIX}. */
export const SUBJECTS: readonly Subject[] = [
  // one line each
  alertRoutes,
  authRoutes,
  busRoutes,
  cacheRoutes,
  configRoutes,
  healthRoutes,
  logsRoutes,
  metricsRoutes,
  patternsRoutes,
  postedLogsRoutes,
  rateLimitRoutes,
  storeRoutes,
  traceRoutes,
  tracesRoutes,
]

/** Where they stand, without a prefix. */
export const PLAIN_SUBJECTS: readonly Subject[] = [
  // one line each
  rootRoutes,
  plainHealth,
  openapiRoutes,
  ownMetricsRoutes,
]

/** Probes look for it at the root. */
function plainHealth(parts: ApiParts): RouteOptions[] {
  return healthRoutes(parts).map((route) => ({
    ...route,
    config: {name: 'health.plain', access: 'anyone' as const, limit: false as const},
    schema: {...route.schema, description: `The same as ${PREFIX}${route.url}.`},
  }))
}
