// The REST API: HTTP in, a flow, JSON out. server.ts puts it together; routes/ has one file a subject, each of which
// makes the routes of that subject from these parts; hooks/ holds what goes for every request.

import type {Accounts, Caller, Scope} from '../accounts/accounts.js'
import type {Alerts} from '../alerts/alerts.js'
import type {Bus} from '../bus/bus.js'
import type {Cache, RateLimit, RateLimiter} from '../cache/cache.js'
import type {Config} from '../config/config.js'
import type {Database} from '../database/database.js'
import type {Store} from '../store/store.js'
import type {Signals} from '../telemetry/signals.js'
import type {LiveSettings} from './live-settings.js'

/** What the endpoints work with. Ports are opened when they are first asked for, and again after they failed. */
export interface ApiParts {
  config: Config
  /** Of logflow. */
  version: string
  store(): Promise<Store>
  bus(): Promise<Bus>
  database(): Promise<Database>
  accounts(): Promise<Accounts>
  alerts(): Promise<Alerts>
  cache: Cache
  limiter: RateLimiter
  signals: Signals
  /** What admins change while the server runs. */
  live: LiveSettings
  /** What runs beside the API in this process, by name, and whether it is well: for /health. */
  beside?: ReadonlyMap<string, () => boolean>
  /** Aborts when the server is asked to end: streams close, and nothing new begins. */
  signal: AbortSignal
}

/**
 * Who may call an endpoint. `anyone`: no sign-in. `reader`: the scope `read`, or nobody where reads are public.
 * `reader-or-sender`: a reader, or the scope `ingest`. `signed-in`: any account. Else the scope that is named; `admin`
 * also asks for the role.
 */
export type Access = 'anyone' | 'reader' | 'reader-or-sender' | 'signed-in' | Scope

/** What a route says of itself besides its schemas: `config` of a Fastify route. */
export interface RouteRules {
  access: Access
  /** Stable name, `auth.login`: for limits, metrics and the cache. */
  name: string
  /** Absent: what limits.ts says of the name. `false`: none. */
  limit?: RateLimit | false
  /** Bodies come as they were sent, in a Buffer, JSON too. */
  bytes?: true
}

/** What the hooks found out about a request before its handler runs. */
export interface RequestContext {
  requestId: string
  correlationId: string
  /** 32 hexadecimal digits: of the caller's trace, or begun here. */
  traceId: string
  /** W3C traceparent of the caller's span, where there is one. */
  parent?: string
  /** W3C trace context to be passed on. */
  traceparent: string
  tracestate?: string
  caller: Caller
}
