import {type Field, NUMBER_FIELDS, type RecordField, TEXT_FIELDS, TIME_FIELDS, type Wildcard} from './query.js'

/** What a name in a query leads to. */
export type Target =
  | {kind: 'level'}
  /** What bare words look in. */
  | {kind: 'texts'}
  /** Any of these; what they hold decides which values make sense. */
  | {kind: 'fields'; fields: Field[]; hold: 'values' | 'text' | 'numbers' | 'times'}
  /** Has parts, of which one must be named. */
  | {kind: 'object'; parts: string[]}

/** Other names of fields of the record. */
const ALIASES: Record<string, RecordField> = {
  timestamp: '@timestamp',
  errName: 'error.name',
  errMessage: 'error.message',
  causeName: 'error.causes.name',
  causeMessage: 'error.causes.message',
}

const OBJECTS: Record<string, string[]> = {
  error: ['error.name', 'error.message', 'error.stack'],
  'error.causes': ['error.causes.name', 'error.causes.message'],
  source: ['source.id', 'source.file', 'source.format', 'source.topic'],
  attributes: [],
}

const ATTRIBUTES = 'attributes.'

const RECORD_FIELDS = [
  [TEXT_FIELDS, 'text'],
  [NUMBER_FIELDS, 'numbers'],
  [TIME_FIELDS, 'times'],
] as const

/** What a name means, escapes resolved: a field of the record, or else an attribute by its dotted path. */
export function targetOf(name: Wildcard): Target {
  const [text] = name
  if (name.length !== 1 || typeof text !== 'string')
    return {kind: 'fields', fields: [{in: 'any', pattern: name}], hold: 'values'}
  if (text === 'level') return {kind: 'level'}
  if (text === 'message') return {kind: 'texts'}
  if (Object.hasOwn(OBJECTS, text)) return {kind: 'object', parts: OBJECTS[text] as string[]}
  if (text.startsWith(ATTRIBUTES)) return attribute(text.slice(ATTRIBUTES.length))
  const known = Object.hasOwn(ALIASES, text) ? ALIASES[text] : text
  // Many logs carry an id of their own, which stays an attribute.
  if (known === 'id') return {kind: 'fields', fields: [record('id'), {in: 'attributes', path: 'id'}], hold: 'values'}
  for (const [names, hold] of RECORD_FIELDS) {
    const name = names.find((field) => field === known)
    if (name) return {kind: 'fields', fields: [record(name)], hold}
  }
  return attribute(text)
}

function attribute(path: string): Target {
  return {kind: 'fields', fields: [{in: 'attributes', path}], hold: 'values'}
}

function record(name: RecordField): Field {
  return {in: 'record', name}
}
