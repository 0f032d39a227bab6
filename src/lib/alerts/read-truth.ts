import {LogflowError} from '../errors/logflow-error.js'
import type {Incident} from './score.js'

/**
 * The incidents of a truth file: JSON lines, or JSON (an incident, a list of them, or `{incidents: [...]}`). An incident
 * is an object with `begin` and `end` (RFC 3339 with a zone), and optionally `services`, `affected_services`, `name` and `scenario`. With
 * `kind` other than `incident`, or without begin and end, it is something else that generate --truth writes (the spans
 * of traces), and left out. Throws USAGE that names the line.
 * @param path for messages
 */
export function readTruth(path: string, text: string): Incident[] {
  return inOrder(
    path,
    entriesOf(path, text).flatMap((entry) => incidentOf(entry) ?? []),
  )
}

/** The same of JSON lines that come one by one: the spans of a long time are more than fit into memory. */
export async function readTruthLines(path: string, lines: AsyncIterable<string>): Promise<Incident[]> {
  const incidents: Incident[] = []
  let number = 0
  for await (const line of lines) {
    number += 1
    const entry = entryOf(line, `${path}:${number}`)
    const incident = entry && incidentOf(entry)
    if (incident) incidents.push(incident)
  }
  return inOrder(path, incidents)
}

function inOrder(path: string, incidents: Incident[]): Incident[] {
  if (incidents.length === 0) {
    throw new LogflowError('USAGE', `${path} has no incident in it`, {
      suggestions: [
        'An incident is a line such as {"begin":"2026-01-01T10:00:00Z","end":"2026-01-01T10:20:00Z","services":["payment"],"name":"declines"}',
        'logflow generate --scenario NAME --truth FILE  writes them',
      ],
    })
  }
  return incidents.sort((a, b) => a.begin - b.begin)
}

interface Entry {
  value: unknown
  where: string
}

function entriesOf(path: string, text: string): Entry[] {
  const whole = wholeJson(text)
  if (whole !== undefined) {
    const inside = (whole as {incidents?: unknown} | null)?.incidents
    const list = Array.isArray(whole) ? whole : Array.isArray(inside) ? inside : [whole]
    return list.map((value, index) => ({value, where: `${path}, entry ${index + 1}`}))
  }
  return text.split('\n').flatMap((line, index) => entryOf(line, `${path}:${index + 1}`) ?? [])
}

function entryOf(line: string, where: string): Entry | undefined {
  if (line.trim() === '') return undefined
  try {
    return {value: JSON.parse(line) as unknown, where}
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new LogflowError('USAGE', `${where}: no JSON: ${said}`, {cause})
  }
}

function wholeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function incidentOf({value, where}: Entry): Incident | undefined {
  if (typeof value !== 'object' || value === null) throw refused(where, 'an object was expected')
  const {kind, begin, end, name, scenario, services, affected_services} = value as Record<string, unknown>
  if (kind !== undefined && kind !== 'incident') return undefined
  if (kind === undefined && (begin === undefined || end === undefined)) return undefined
  const from = momentOf(where, 'begin', begin)
  const to = momentOf(where, 'end', end)
  if (to < from) throw refused(where, 'end is before begin')
  const called = [name, scenario].find((one) => typeof one === 'string' && one !== '') as string | undefined
  return {
    name: called ?? 'incident',
    ...(typeof scenario === 'string' ? {scenario} : {}),
    begin: from,
    end: to,
    ...namesOf(where, 'services', services, (names) => ({services: names})),
    ...namesOf(where, 'affected_services', affected_services, (names) => ({affected: names})),
  }
}

/** With a zone: one that is read in the zone of whoever reads it would be another moment there. */
const MOMENT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})$/

function momentOf(where: string, field: string, value: unknown): number {
  const ms = typeof value === 'string' && MOMENT.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(ms)) {
    throw refused(where, `${field} must be a time such as 2026-01-01T10:00:00Z, not ${JSON.stringify(value)}`)
  }
  return ms
}

function namesOf(
  where: string,
  field: string,
  names: unknown,
  toField: (names: string[]) => Partial<Incident>,
): Partial<Incident> {
  if (names === undefined || names === null) return {}
  if (Array.isArray(names) && names.every((one) => typeof one === 'string')) return toField(names)
  throw refused(where, `${field} must be a list of names, not ${JSON.stringify(names)}`)
}

function refused(where: string, problem: string): LogflowError {
  return new LogflowError('USAGE', `${where}: ${problem}`)
}
