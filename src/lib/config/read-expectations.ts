import type {Document, LineCounter, Pair, Scalar, YAMLMap, YAMLSeq} from 'yaml'
import {LogflowError} from '../errors/logflow-error.js'
import {nearMatch} from './near-match.js'

/** What may be said of an expectation in a file: the flags of `logflow expect`, with `_` for `-`. */
const KEYS = [
  'name',
  'query',
  'trace_id',
  'correlation_id',
  'request_id',
  'service',
  'level',
  'min_level',
  'since',
  'until',
  'since_mark',
  'within',
  'count',
  'none',
] as const

type Key = (typeof KEYS)[number]

const LISTS: ReadonlySet<Key> = new Set(['service', 'level'])

/** An expectation as written; `where` names file, line and column. */
export type WrittenExpectation = {[K in Exclude<Key, 'service' | 'level' | 'none'>]?: string} & {
  service?: string[]
  level?: string[]
  none?: boolean
  where: string
}

/** Reads a YAML (or JSON) list of expectations. Throws BAD_CONFIG that names file, line and column. */
export async function readExpectations(path: string, text: string): Promise<WrittenExpectation[]> {
  const {LineCounter, parseDocument, isMap, isSeq} = await import('yaml')
  const lines = new LineCounter()
  const doc = parseDocument(text, {lineCounter: lines, prettyErrors: false})
  const at = placer(path, lines)
  const broken = doc.errors[0]
  if (broken) throw refused(at(broken.pos[0]), (broken.message.split('\n')[0] as string).replace(/:$/, ''))
  const list = listOf(doc)
  if (!isSeq(list)) throw refused(at(0), 'a list of expectations was expected here: `- query: …`')
  if (list.items.length === 0) throw refused(at(0), 'there is no expectation in it')
  return list.items.map((item) => {
    const where = at((item as {range?: [number]} | null)?.range?.[0] ?? 0)
    if (!isMap(item)) throw refused(where, 'an expectation is `key: value` lines')
    return readOne(item as YAMLMap, where, at)
  })
}

function listOf(doc: Document): unknown {
  const inside = (doc.contents as YAMLMap | null)?.items?.length === 1 ? doc.get('expectations', true) : undefined
  return (inside ?? doc.contents) as YAMLSeq | null
}

function readOne(map: YAMLMap, where: string, at: (offset: number) => string): WrittenExpectation {
  const written: Record<string, unknown> = {where}
  for (const pair of map.items as Array<Pair<Scalar, {toJSON(): unknown; range?: [number]} | null>>) {
    const key = String(pair.key.value)
    const place = at(pair.key.range?.[0] ?? 0)
    if (!(KEYS as readonly string[]).includes(key)) {
      const near = nearMatch(key, KEYS)
      throw refused(place, `unknown key ${key}`, near ? `Did you mean ${near}?` : `Known are ${KEYS.join(', ')}`)
    }
    written[key] = readValue(key as Key, pair.value?.toJSON(), place)
  }
  if (written.none !== undefined && written.count !== undefined)
    throw refused(where, 'none and count cannot both be said')
  return written as WrittenExpectation
}

function readValue(key: Key, value: unknown, place: string): unknown {
  if (key === 'none') {
    if (value === true) return true
    throw refused(place, 'none takes true')
  }
  if (LISTS.has(key)) {
    const items = Array.isArray(value) ? value : [value]
    if (items.length > 0 && items.every((item) => typeof item === 'string')) return items
    throw refused(place, `${key} takes a name, or a list of them`)
  }
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw refused(place, `${key} takes a text`)
}

function placer(path: string, lines: LineCounter): (offset: number) => string {
  return (offset) => {
    const {line, col} = lines.linePos(offset)
    return `${path}:${line}:${col}`
  }
}

function refused(where: string, problem: string, hint?: string): LogflowError {
  return new LogflowError('BAD_CONFIG', `${where}: ${problem}`, {suggestions: hint ? [hint] : []})
}
