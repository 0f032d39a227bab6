import {open} from 'node:fs/promises'
import {LogflowError} from '../../errors/logflow-error.js'
import {tellFileError} from '../text-file.js'

/** What must have arrived of an incident, as `generate --truth` tells it. */
export interface ExpectedIncident {
  /** `slow-db 10:05:00`. */
  name: string
  cause?: ExpectedCause
  traces: ExpectedTrace[]
}

export interface ExpectedCause {
  /** RFC 3339 in UTC. */
  time: string
  service: string
  message: string
}

export interface ExpectedTrace {
  id: string
  /** Records by service; absent where the file does not say: then one of any service. */
  records?: Readonly<Record<string, number>>
}

/**
 * Reads the incidents of a truth file and the requests that they touched: JSON lines, of which those that are neither
 * are passed over. Throws FILE_UNREADABLE, and USAGE where a line is none of JSON or nothing is to be expected.
 */
export async function readTruthExpected(path: string): Promise<ExpectedIncident[]> {
  const incidents: Line[] = []
  const records = new Map<string, Record<string, number>>()
  for await (const line of linesOf(path)) {
    if (line.kind === 'incident') incidents.push(line)
    else if (line.kind === 'trace') records.set(textOf(line, 'trace_id'), countsOf(line))
  }
  const expected = incidents.map((line): ExpectedIncident => {
    const cause = causeOf(line)
    const ids = Array.isArray(line.value.trace_ids) ? line.value.trace_ids : []
    const traces = ids.filter((id) => typeof id === 'string').map((id) => ({id, records: records.get(id)}))
    return {name: nameOf(line), ...(cause ? {cause} : {}), traces}
  })
  if (!expected.some(({cause, traces}) => cause || traces.length > 0)) {
    throw new LogflowError('USAGE', `${path} has no incident of which anything could be expected`, {
      suggestions: ['logflow generate --scenario NAME --truth FILE --to bus  writes both'],
    })
  }
  return expected
}

interface Line {
  kind: unknown
  value: Record<string, unknown>
  where: string
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  const handle = await open(path).catch((error: unknown) => {
    throw tellFileError('read', path, error)
  })
  let number = 0
  try {
    for await (const text of handle.readLines()) {
      number += 1
      // The spans, most of the file, are not looked at.
      if (!text.includes('"kind"')) continue
      const where = `${path}:${number}`
      const value = parsed(text, where)
      yield {kind: value.kind, value, where}
    }
  } catch (error) {
    throw tellFileError('read', path, error)
  } finally {
    await handle.close()
  }
}

function parsed(text: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw new LogflowError('USAGE', `${where}: no JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  throw new LogflowError('USAGE', `${where}: an object was expected`)
}

function textOf({value, where}: Line, field: string): string {
  const text = value[field]
  if (typeof text === 'string' && text !== '') return text
  throw new LogflowError('USAGE', `${where}: ${field} must be text, not ${JSON.stringify(text)}`)
}

function countsOf(line: Line): Record<string, number> {
  const {records} = line.value
  const counts = typeof records === 'object' && records !== null ? Object.entries(records) : []
  const bad = counts.find(([, count]) => !(Number.isSafeInteger(count) && (count as number) >= 0))
  if (bad) throw new LogflowError('USAGE', `${line.where}: records of ${bad[0]} must be a whole number`)
  return Object.fromEntries(counts) as Record<string, number>
}

function causeOf(line: Line): ExpectedCause | undefined {
  const {cause} = line.value
  if (cause === undefined || cause === null) return undefined
  const inner = {...line, value: cause as Record<string, unknown>}
  return {time: textOf(inner, 'time'), service: textOf(inner, 'service'), message: textOf(inner, 'message')}
}

function nameOf({value}: Line): string {
  const name = [value.name, value.scenario].find((one) => typeof one === 'string' && one !== '') ?? 'incident'
  const time = typeof value.begin === 'string' ? /T(\d\d:\d\d:\d\d)/.exec(value.begin)?.[1] : undefined
  return time === undefined ? String(name) : `${name} ${time}`
}
