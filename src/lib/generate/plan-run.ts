import {LogflowError} from '../errors/logflow-error.js'
import type {Delivery} from './delivery.js'
import type {GenerateOptions} from './generate.js'
import {planIncident} from './incidents/scenarios.js'
import type {ServiceName} from './services.js'

/** What somebody asked for; everything may be left out. */
export interface RunRequest {
  seed?: string
  /** Milliseconds since 1970. */
  start?: number
  /** Milliseconds. */
  duration?: number
  /** Lines a second. */
  rate?: number
  count?: number
  services?: ServiceName[]
  format?: 'json' | 'mixed'
  shape?: 'flat' | 'daily'
  delivery?: Delivery
  /** As planIncident reads them. */
  incidents?: readonly string[]
  /** Lines come at their time, not as fast as they can. */
  live?: boolean
}

const DEFAULT_RATE = 100
const DEFAULT_DURATION_MS = 60_000
/** For a live run that somebody will end. */
const ENDLESS = Number.MAX_SAFE_INTEGER

/**
 * Fills in what was left out. Two of duration, rate and count give the third; with all three, the earlier end
 * counts. Without a start the run ends now, or begins now when it is live. Without a seed the time is one.
 *
 * @param spanOf milliseconds of a length of time as people write it
 */
export function planRun(
  request: RunRequest,
  now: number,
  spanOf: (text: string) => number | undefined = () => undefined,
): GenerateOptions {
  const {duration, rate: asked, services, format, live} = request
  const wanted = request.count
  if (duration !== undefined && !(duration > 0)) throw new LogflowError('USAGE', 'the duration must be above 0')
  if (asked !== undefined && !(asked > 0 && Number.isFinite(asked))) {
    throw new LogflowError('USAGE', `the rate must be above 0 lines a second, not ${asked}`)
  }
  if (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted > 0)) {
    throw new LogflowError('USAGE', `the count must be a whole number above 0, not ${wanted}`)
  }
  const fromBoth = wanted !== undefined && duration !== undefined ? (wanted * 1000) / duration : undefined
  const rate = asked ?? fromBoth ?? DEFAULT_RATE
  const limits = [wanted, duration === undefined ? undefined : Math.max(1, Math.round((duration * rate) / 1000))]
  const given = limits.filter((limit) => limit !== undefined)
  const unlimited = live ? ENDLESS : Math.max(1, Math.round((DEFAULT_DURATION_MS * rate) / 1000))
  const count = given.length > 0 ? Math.min(...given) : unlimited
  const length = (count / rate) * 1000
  const run = {lengthMs: length, ...(services ? {services} : {})}
  const incidents = (request.incidents ?? []).map((text) => planIncident(text, run, spanOf))
  return {
    ...(incidents.length > 0 ? {incidents} : {}),
    ...(request.shape === 'daily' ? {shape: 'daily' as const} : {}),
    ...(request.delivery ? {delivery: request.delivery} : {}),
    seed: request.seed ?? String(now),
    start: request.start ?? (live ? now : Math.floor(now - length)),
    rate,
    count,
    services,
    format,
  }
}
