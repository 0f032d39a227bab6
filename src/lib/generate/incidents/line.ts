import type {Level} from '../../record/level.js'
import type {Fields, LogEvent} from '../log-event.js'
import {SERVICES, type ServiceName} from '../services.js'

/** A line of a service that belongs to no request. `host` is the number of one of its three hosts. */
export function line(
  at: number,
  service: ServiceName,
  host: 1 | 2 | 3,
  level: Level,
  message: string,
  event?: string,
  fields?: Fields,
): LogEvent {
  const of = SERVICES[service]
  return {at, service: of, host: of.hosts[host - 1] as string, level, message, event, fields}
}
