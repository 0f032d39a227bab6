// What goes wrong in a run: its incidents, what each did, and the truth about them. A request asks it at each call; who
// writes the lines asks it for each of them.

import {type Incident, lasts, type Scenario, type Setting, type Trouble} from './incidents/incident.js'
import {type PlannedIncident, scenarioOf} from './incidents/scenarios.js'
import type {LogEvent, RequestIds} from './log-event.js'
import {Random} from './random.js'
import {SERVICE_NAMES, type ServiceName} from './services.js'

/** An incident as it was: times RFC 3339 in UTC. */
export interface IncidentTruth {
  kind: 'incident'
  scenario: string
  /** When it was under way; `end` is exclusive. */
  begin: string
  end: string
  /** Who was in trouble, and on which hosts where not on all. */
  services: readonly string[]
  hosts?: readonly string[]
  /**
   * Whom it reached: who waited for an answer that came late, failed or never came, and who had less to do, as requests
   * failed before they came there. In the order of a request.
   */
  affected_services: string[]
  /** Of requests that it touched, in order. */
  trace_ids: string[]
  /** The line that caused it, or was the first to tell; null where none does, or it was never written. */
  cause: {time: string; service: string; host: string; level: string; message: string} | null
  /** Lines that it wrote, took away, and gave another time. */
  lines: {written: number; withheld: number; restamped: number}
  distractors: ReadonlyArray<{service: string; what: string}>
}

/** A request that an incident touched: how many lines that name its trace each service wrote. */
export interface TraceTruth {
  kind: 'trace'
  trace_id: string
  records: Record<string, number>
}

interface UnderWay {
  scenario: Scenario
  setting: Setting
  incident: Incident
  /** Requests that it touched, and the services that waited in each for what it touched. */
  traces: Map<string, {request: RequestIds; waited: Set<string>}>
  /** The line that caused it, as it was written. */
  cause?: LogEvent
  withheld: number
  restamped: number
}

export class Weather {
  readonly #all: readonly UnderWay[]

  /** @param start milliseconds since 1970 */
  constructor(
    planned: readonly PlannedIncident[],
    {seed, start, rate, services}: {seed: string; start: number; rate: number; services: ReadonlySet<ServiceName>},
  ) {
    this.#all = planned.map(({scenario: name, afterMs, lengthMs}, index) => {
      const scenario = scenarioOf(name)
      const begin = Math.round((start + afterMs) * 1_000)
      const setting: Setting = {
        begin,
        end: begin + lengthMs * 1_000,
        rate,
        random: new Random(`incident ${index} ${name} ${seed}`),
        ids: new Random(`incident ids ${index} ${name} ${seed} ${start}`),
      }
      const incident = scenario.begin(setting)
      incident.lines = incident.lines
        .filter(({service, at}) => services.has(service.name as ServiceName) && at >= start * 1_000)
        .sort((a, b) => a.at - b.at)
      return {scenario, setting, incident, traces: new Map(), withheld: 0, restamped: 0}
    })
  }

  /** Lines that belong to no request, each incident's in order of time. */
  lines(): LogEvent[][] {
    return this.#all.map(({incident}) => incident.lines).filter((lines) => lines.length > 0)
  }

  /** What a call meets on its way; of several incidents the first that does something to it. */
  meet(call: {
    service: string
    host: string
    from: string
    at: number
    request: RequestIds
    /** Asked where something is met. */
    waiting: () => Iterable<string>
  }): Trouble | undefined {
    for (const {setting, incident, traces} of this.#all) {
      if (!incident.onCall || !lasts(setting, call.at)) continue
      const {request, waiting, ...rest} = call
      const trouble = incident.onCall({...rest, service: call.service as ServiceName, random: setting.random})
      if (!trouble) continue
      const waited = touched(traces, request)
      for (const service of waiting()) waited.add(service)
      return trouble
    }
    return undefined
  }

  /** A line as it is written, or `undefined` where it is not. */
  written(event: LogEvent): LogEvent | undefined {
    let written = event
    for (const one of this.#all) {
      if (!one.incident.onEvent || !lasts(one.setting, event.at)) continue
      const next = one.incident.onEvent(written)
      if (next === written) continue
      if (written.span) touched(one.traces, written.span.request)
      if (next === undefined) {
        one.withheld++
        return undefined
      }
      one.restamped++
      written = next
    }
    if (event.span === undefined) for (const one of this.#all) if (one.incident.cause === event) one.cause = written
    return written
  }

  /** A request that gave way to others after all. */
  forget(traceId: string): void {
    for (const {traces} of this.#all) traces.delete(traceId)
  }

  /** Of the requests that it touched, each once. */
  traces(): TraceTruth[] {
    const requests = this.#all.flatMap(({traces}) => [...traces.values()].map(({request}) => request))
    return [...new Set(requests)].map(({traceId, lines = []}) => ({
      kind: 'trace',
      trace_id: traceId,
      records: Object.fromEntries(lines),
    }))
  }

  /** The truth as far as the run has come. */
  truth(): IncidentTruth[] {
    return this.#all.map(({scenario, setting, incident, traces, cause, withheld, restamped}) => {
      const {hosts, lines, distractors} = incident
      return {
        kind: 'incident',
        scenario: scenario.name,
        begin: timeOf(setting.begin),
        end: timeOf(setting.end),
        services: scenario.services,
        ...(hosts ? {hosts} : {}),
        affected_services: affected(scenario, traces),
        trace_ids: [...traces.keys()],
        cause: cause
          ? {
              time: timeOf(cause.stamp ?? cause.at),
              service: cause.service.name,
              host: cause.host,
              level: cause.level,
              message: cause.message,
            }
          : null,
        lines: {written: lines.length, withheld, restamped},
        distractors,
      }
    })
  }
}

/** The services that waited in a request, noted as one that was touched. */
function touched(traces: UnderWay['traces'], request: RequestIds): Set<string> {
  const known = traces.get(request.traceId)
  if (known) return known.waited
  const waited = new Set<string>()
  traces.set(request.traceId, {request, waited})
  return waited
}

function affected({services, starves = []}: Scenario, traces: UnderWay['traces']): string[] {
  const reached = new Set<string>(traces.size > 0 ? starves : [])
  for (const {waited} of traces.values()) for (const one of waited) reached.add(one)
  return SERVICE_NAMES.filter((name) => reached.has(name) && !services.includes(name))
}

/** Microseconds since 1970 as RFC 3339. */
function timeOf(us: number): string {
  const ms = Math.floor(us / 1_000)
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1_000).padStart(3, '0')}Z`
}
