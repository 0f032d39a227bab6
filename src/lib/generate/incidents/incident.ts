// Something that goes wrong in the shop for a while: what it does to requests, which lines it writes of its own, what
// becomes of lines that are written meanwhile; and the truth about it, which no line tells. A scenario is one file of this
// folder and one line in scenarios.ts; bad-host.ts is the smallest to copy.

import type {ErrorInfo, LogEvent} from '../log-event.js'
import type {Random} from '../random.js'
import type {ServiceName} from '../services.js'

export interface Scenario {
  /** As it is asked for: `slow-db`. */
  name: string
  /** One line. */
  summary: string
  /** What happens, where to look, and what looks alarming but is harmless: a few sentences. */
  story: string
  /** Who is in trouble; they must be among those that write. */
  services: readonly ServiceName[]
  /** Who gets less to do, as requests fail before they would come to them. */
  starves?: readonly ServiceName[]
  begin(setting: Setting): Incident
}

/** When it happens, and with whose dice. Times are microseconds since 1970. */
export interface Setting {
  begin: number
  end: number
  /** Lines a second of ordinary traffic. */
  rate: number
  random: Random
  /** For ids that differ when the start of the run does. */
  ids: Random
}

export interface Incident {
  /** Lines of no request, distractors among them; in any order. */
  lines: LogEvent[]
  /** What a call meets on its way into a service. Asked while the incident lasts, for each call in turn. */
  onCall?(call: Call): Trouble | undefined
  /** A line that is about to be written while the incident lasts: as it is then written, or not at all. */
  onEvent?(event: LogEvent): LogEvent | undefined
  /** The line that tells what caused it; without one no line does. */
  cause?: LogEvent
  /** Hosts that are in trouble, where not all of the services' are. */
  hosts?: readonly string[]
  distractors: Distractor[]
}

export interface Call {
  service: ServiceName
  host: string
  from: string
  /** Microseconds since 1970, about. */
  at: number
  random: Random
}

/** What a call meets. It is told by who is called (`slow`, `told`) and by who calls. */
export interface Trouble {
  /** Microseconds that the call takes longer, at least and at most. */
  delay?: readonly [min: number, max: number]
  /** Said by who is called when it was slow; `#` stands for the milliseconds. */
  slow?: {message: string; event: string}
  /** The call fails with this HTTP status, and the request with it. */
  fails?: {
    status: number
    /** Said by who is called; absent: it is dead and says nothing. */
    told?: {message: string; event: string; error: ErrorInfo}
    /** What the caller sees of it: `connect ECONNREFUSED 10.20.0.7:8080`. */
    seen: string
    /** How often the caller tries again first. */
    retries?: number
  }
}

/** Something harmless that looks alarming. */
export interface Distractor {
  service: ServiceName
  what: string
}

/** Whether a moment is one of the incident's. */
export function lasts({begin, end}: Pick<Setting, 'begin' | 'end'>, at: number): boolean {
  return at >= begin && at < end
}

/** Moments over the setting's time, `perSecond` on average, in order. At most 200,000. */
export function moments({begin, end, random}: Setting, perSecond: number, from = begin, until = end): number[] {
  const count = Math.min(200_000, Math.max(1, Math.round(((until - from) / 1_000_000) * perSecond)))
  const gap = (until - from) / count
  return Array.from({length: count}, (_, index) =>
    Math.floor(from + gap * index + random.below(Math.max(1, Math.floor(gap)))),
  )
}

/** A moment at a part (0 to 1) of the setting's time. */
export function partOf({begin, end}: Setting, part: number): number {
  return Math.floor(begin + (end - begin) * part)
}
