// A query as a tree: what is asked, free of any engine. parse-query.ts makes it from text, matches.ts is its
// meaning, and every store compiles it to something that finds the same records.

import type {Level} from '../record/level.js'

/** Fields of the record that hold one string and can be asked for by name. */
export const STRING_FIELDS = [
  'service',
  'host',
  'environment',
  'event',
  'trace_id',
  'span_id',
  'parent_span_id',
  'correlation_id',
  'request_id',
] as const

export type StringField = (typeof STRING_FIELDS)[number]

export type QueryNode =
  | {kind: 'all'}
  | {kind: 'and'; nodes: QueryNode[]}
  | {kind: 'or'; nodes: QueryNode[]}
  | {kind: 'not'; node: QueryNode}
  /** Words in a row in `message`, as cut by tokenize(); one word is a phrase of one. Never empty. */
  | {kind: 'phrase'; words: string[]}
  /** Exactly this value; `service` and `host` and `environment` without regard to case (ASCII folding via toLowerCase). */
  | {kind: 'equals'; field: StringField; value: string}
  /** The value begins with this, compared as `equals` does. */
  | {kind: 'prefix'; field: StringField; value: string}
  /** The record's level is one of these. A record without a level matches none. */
  | {kind: 'level'; levels: Level[]}

/** Fields that compare without regard to case: both sides through `toLowerCase()`. */
export const CASELESS_FIELDS: ReadonlySet<StringField> = new Set(['service', 'host', 'environment'])

/** Values longer than this are not searchable by name: both engines cut here (Elasticsearch: `ignore_above`). */
export const MAX_FIELD_VALUE = 512
