// Which field name means what. Names are compared without case and without `_`, `-`, `.` and `@`, so that one entry
// stands for `traceId`, `trace.id`, `trace_id` and `Trace-ID`. Only names nobody uses for anything else are listed:
// a field taken for something it is not is worse than one that stays in `attributes`.

import type {DurationUnit} from '../record/duration.js'

export const Slot = {
  time: 0,
  level: 1,
  severityNumber: 2,
  syslogPriority: 3,
  pythonLevel: 4,
  message: 5,
  service: 6,
  host: 7,
  environment: 8,
  event: 9,
  traceId: 10,
  spanId: 11,
  parentSpanId: 12,
  correlationId: 13,
  requestId: 14,
  duration: 15,
  error: 16,
  errorName: 17,
  errorMessage: 18,
  errorStack: 19,
  traceparent: 20,
  b3: 21,
  xray: 22,
  googleTrace: 23,
  instant: 24,
} as const

export type Slot = (typeof Slot)[keyof typeof Slot]
export const SLOTS = 25

export interface Role {
  slot: Slot
  /** Of two fields for one slot the lower rank wins; the other stays in `attributes`. */
  rank: number
  unit?: DurationUnit
}

/** Names by slot, best first: the place in the list is the rank. */
const NAMES: Partial<Record<keyof typeof Slot, string>> = {
  time: 'timestamp time ts datetime t eventtime asctime timeunixnano timestampns timestampms timemillis epochmillis logtime timelocal timeiso8601 realtimetimestamp observedtimeunixnano unixtime calendartime date',
  level: 'level loglevel severity severitytext levelname lvl l s',
  severityNumber: 'severitynumber',
  syslogPriority: 'priority syslogseverity',
  pythonLevel: 'levelno',
  message: 'message msg m renderedmessage body textpayload shortmessage mt text content',
  service:
    'servicename service ddservice resourceservicename otelservicename appname app application applicationname servicecontextservice syslogidentifier',
  host: 'hostname host machinename hostnamename',
  environment: 'environment deploymentenvironment deploymentenvironmentname serviceenvironment env ddenv',
  event: 'eventname event eventaction eventtype',
  traceId:
    'traceid xtraceid oteltraceid ddtraceid xb3traceid b3traceid trace tracecontexttraceid contexttraceid sc_traceid',
  spanId: 'spanid xspanid otelspanid ddspanid xb3spanid b3spanid logginggoogleapiscom/spanid contextspanid',
  parentSpanId: 'parentspanid xb3parentspanid otelparentspanid b3parentspanid ddparentid',
  correlationId: 'correlationid xcorrelationid corrid contextcorrelationid requestcorrelationid',
  requestId: 'requestid xrequestid reqid httprequestid awsrequestid xamznrequestid xamzrequestid contextrequestid',
  error: 'err error exception exc excinfo thrown x',
  errorName:
    'errortype errorname errname errorkind errorclass exceptiontype exceptionclass exceptionname exceptionexceptionclass',
  errorMessage: 'errormessage errormsg errmessage errmsg exceptionmessage',
  errorStack:
    'stacktrace stack errorstack errorstacktrace errstack exceptionstacktrace exceptionstack exctext backtrace traceback errorverbose',
  traceparent: 'traceparent',
  b3: 'b3',
  xray: 'xamzntraceid xamztraceid xraytraceid',
  googleTrace: 'logginggoogleapiscom/trace xcloudtracecontext',
  instant: 'instant',
}

/** One-letter and other short names mean what they mean only in this exact spelling (Serilog's compact form, MongoDB). */
const EXACT_ONLY = new Map<string, string>([
  ['t', '@t t'],
  ['l', '@l'],
  ['m', '@m'],
  ['mt', '@mt'],
  ['x', '@x'],
  ['s', 's'],
  ['priority', 'PRIORITY'],
  ['env', 'env ENV'],
  ['app', 'app APP'],
])

/** `parent.id` is ECS; `parentId` is anybody's. */
const EXACT = new Map<string, Role>([['parent.id', {slot: Slot.parentSpanId, rank: 20}]])

const ROLES = new Map<string, Role>()
for (const [slot, names] of Object.entries(NAMES) as Array<[keyof typeof Slot, string]>)
  for (const [rank, name] of names.split(' ').entries()) ROLES.set(name, {slot: Slot[slot], rank})

const DURATION_NAME =
  /^(?:http|httprequest|request|response|event|upstream|query|db)?(duration|elapsed|elapsedtime|latency|responsetime|took|processingtime|executiontime|timetaken|requesttime|querytime)(nanoseconds|nanos|ns|microseconds|micros|us|milliseconds|millis|msec|ms|seconds|secs|sec|s)?$/

/** What a bare number means where the name alone fixes it, by that name's own convention. */
const BARE: Record<string, DurationUnit> = {responsetime: 'ms', took: 'ms', requesttime: 's', eventduration: 'ns'}

const UNIT_OF_SUFFIX: Record<string, DurationUnit> = {n: 'ns', u: 'us', s: 's'}

function durationRole(key: string, name: string): Role | undefined {
  const match = DURATION_NAME.exec(name)
  if (!match) return undefined
  const suffix = match[2]
  if (suffix === undefined) return {slot: Slot.duration, rank: 5, unit: BARE[name] ?? BARE[match[1] as string]}
  // `durations` is a plural, `duration_s` and `durationS` are seconds.
  if (suffix === 's' && !/[_.\-\s]s$|[a-z]S$/.test(key)) return undefined
  const unit = suffix.startsWith('mi') ? (suffix.startsWith('mic') ? 'us' : 'ms') : UNIT_OF_SUFFIX[suffix[0] as string]
  return {slot: Slot.duration, rank: suffix === 'ms' ? 0 : 1, unit: unit ?? 'ms'}
}

function findRole(key: string): Role | undefined {
  if (key.length > 64) return undefined
  const exact = EXACT.get(key)
  if (exact) return exact
  const name = key.toLowerCase().replace(/[_\-.@ ]/g, '')
  const spellings = EXACT_ONLY.get(name)
  if (spellings && !spellings.split(' ').includes(key)) return undefined
  return ROLES.get(name) ?? durationRole(key, name)
}

/** Names already looked up; keys repeat from line to line. Full, it is begun anew. */
let seen = new Map<string, Role | undefined>()

/** What the field `key` (a dotted path for nested ones) means, or `undefined`: it is an attribute. */
export function roleOf(key: string): Role | undefined {
  const known = seen.get(key)
  if (known !== undefined || seen.has(key)) return known
  const role = findRole(key)
  if (seen.size >= 5000) seen = new Map()
  seen.set(key, role)
  return role
}

/** Objects whose members are looked into, by name as it is written. */
const CONTAINERS = new Map<string, 'ids' | 'all' | 'resource'>()
for (const name of 'fields @fields jsonPayload'.split(' ')) CONTAINERS.set(name, 'all')
for (const name of 'resource Resource serviceContext dd otel'.split(' ')) CONTAINERS.set(name, 'resource')
for (const name of [
  ...'log service host trace span parent event http error.cause correlation attributes Attributes extra context ctx'.split(
    ' ',
  ),
  ...'mdc MDC contextMap properties Properties labels meta metadata data headers req request httpRequest tags'.split(
    ' ',
  ),
  ...'deployment transaction app application logContext trace_context traceContext aws res response'.split(' '),
])
  CONTAINERS.set(name, 'ids')

/**
 * How far the members of the object `key` count as fields of the line: `ids` (their dotted path, and trace and request
 * ids by their own name), `resource` (those, service, host and environment too), `all`.
 */
export function containerKind(key: string): 'ids' | 'all' | 'resource' | undefined {
  return CONTAINERS.get(key)
}

/** Slots that a member of a container may fill by its own name alone. */
export function opensTo(kind: 'ids' | 'all' | 'resource', slot: Slot): boolean {
  if (kind === 'all') return true
  if (slot >= Slot.traceId && slot <= Slot.requestId) return true
  if (slot >= Slot.traceparent && slot <= Slot.googleTrace) return true
  return kind === 'resource' && slot >= Slot.service && slot <= Slot.environment
}
