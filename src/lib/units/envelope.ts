// What the edge knows about a unit and its line does not say. It travels with the unit, so that what a unit
// parses to depends on the unit and its envelope alone, never on the clock, zone or host of `process`.

/** The same for every unit of a batch. All strings; times are RFC 3339 in UTC. */
export interface Envelope {
  /** Opaque id of the source: made at first sight, stable through rotation, no `-` at its ends. */
  source: string
  /** Absolute path of the file, absent for stdin and for messages of other producers. */
  file?: string
  /** The shipping host; a host named in the line wins over it. */
  host: string
  /** IANA zone (`Europe/Berlin`) or offset (`+02:00`) for times that name none. */
  timezone: string
  /** When logflow first saw these bytes (to the millisecond): arrival time, and the year of year-less times. */
  observed: string
  service?: string
  environment?: string
  /** Name of a parser, from --format; absent means: detect. */
  format?: string
  /** From --field; merged into `attributes`, the line's own fields win. */
  fields?: Record<string, string>
  /** Times the unit was refused before; only where it came back from the dead letters. */
  tries?: number
  /**
   * The units go on with the one before them, which was cut off: by its size, or because nothing more came for a while.
   * Their records say so: `attributes.continuation`.
   */
  continuation?: true
  /** W3C traceparent of the span that sent the batch, where logflow's own traces are exported. */
  trace?: string
  /** Only in dead letters: why the unit could not be stored. */
  dead?: DeadLetter
  /** Only on a topic of dead letters: the units of this batch name letters that are settled. */
  settled?: Settlement
}

/** What became of dead letters, and when (RFC 3339). */
export interface Settlement {
  how: 'redriven' | 'dropped'
  at: string
}

export interface DeadLetter {
  /** One line, as the store or rule gave it. */
  reason: string
  /** HTTP status or error code of the refusal, where there is one. */
  status?: number
  /** When it was given up, RFC 3339. */
  at: string
  /** How often it was refused, this time included. */
  tries: number
  topic: string
  partition: number
  /** Position on the bus of the unit that was refused. */
  bus_offset: number
}

/** One line of JSON; keys in a fixed order, so that equal envelopes are equal bytes. */
export function encodeEnvelope(e: Envelope): string {
  return JSON.stringify({
    source: e.source,
    file: e.file,
    host: e.host,
    timezone: e.timezone,
    observed: e.observed,
    service: e.service,
    environment: e.environment,
    format: e.format,
    fields: e.fields,
    tries: e.tries,
    continuation: e.continuation,
    trace: e.trace,
    dead: e.dead,
    settled: e.settled,
  })
}

/** The reverse of {@link encodeEnvelope}; `undefined` where the text is no envelope of ours. */
export function decodeEnvelope(text: string): Envelope | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const e = value as Partial<Envelope>
  const whole = [e.source, e.host, e.timezone, e.observed].every((field) => typeof field === 'string')
  return whole ? (e as Envelope) : undefined
}
