// A query as a tree: what is asked, free of any engine. parse-query.ts makes it from text, matches.ts is its
// meaning, and every store compiles it to something that finds the same records. Trees are plain JSON.

import type {Level} from '../record/level.js'

/** Fields of the record that hold one string and that every store keeps in a column of their own. */
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

/** All fields of the record that hold text; those of `error.causes` once for each cause. */
export const TEXT_FIELDS = [
  ...STRING_FIELDS,
  'id',
  'message',
  'raw',
  'timestamp_source',
  'error.name',
  'error.message',
  'error.stack',
  'error.causes.name',
  'error.causes.message',
  'source.id',
  'source.file',
  'source.format',
  'source.topic',
] as const

export const NUMBER_FIELDS = [
  'duration_ms',
  'severity_number',
  'source.offset',
  'source.line',
  'source.partition',
  'source.kafka_offset',
] as const

/** Moments: RFC 3339 in UTC, compared as instants. */
export const TIME_FIELDS = ['@timestamp', 'observed_timestamp', 'ingested_at'] as const

export type StringField = (typeof STRING_FIELDS)[number]
export type TextField = (typeof TEXT_FIELDS)[number]
export type NumberField = (typeof NUMBER_FIELDS)[number]
export type TimeField = (typeof TIME_FIELDS)[number]
export type RecordField = TextField | NumberField | TimeField

export type QueryNode =
  | {kind: 'all'}
  | {kind: 'and'; nodes: QueryNode[]}
  | {kind: 'or'; nodes: QueryNode[]}
  | {kind: 'not'; node: QueryNode}
  /** Words in a row in one of the record's texts, as cut by tokenize(); one word is a phrase of one. Never empty. */
  | {kind: 'phrase'; words: string[]}
  /** A whole word of the record's texts is like this. Literal runs are as tokenize() makes them: NFKC, lower case. */
  | {kind: 'wild-word'; pattern: Wildcard}
  /** Found somewhere in one of the record's texts. */
  | {kind: 'text-regex'; regex: Regex}
  /** The record's level is one of these. A record without a level matches none. */
  | {kind: 'level'; levels: Level[]}
  /** A test on a field; true where any of its values passes. A missing field passes none. */
  | {kind: 'field'; field: Field; test: Test}

export type Field =
  | {in: 'record'; name: RecordField}
  /**
   * The values whose dotted path is this: keys joined by dots, whether a dot stands in a key or between two, arrays
   * passed through, so that each of their elements counts.
   */
  | {in: 'attributes'; path: string}
  /** Every attribute whose dotted path is like this, every text field of the record whose name is, and `level`. */
  | {in: 'any'; pattern: Wildcard}

/**
 * What is asked of one value: a string, a number (its text is what JSON prints) or a boolean (`true`, `false`).
 * Values of the record's text fields compare as text only, but in ranges; those in attributes as numbers too, where
 * they read as one (numberOf). Values longer than MAX_FIELD_VALUE pass `exists` and nothing else.
 */
export type Test =
  /**
   * The same text; or the same number, where both read as one and `quoted` is false and the value is no integer that a
   * double cannot hold. Of a time field: the same instant, `value` being RFC 3339 in UTC.
   */
  | {kind: 'equals'; value: string; quoted: boolean}
  /** The whole text is like this; of the CASELESS_FIELDS, both sides through toLowerCase(). A prefix is `[text, many]`. */
  | {kind: 'like'; pattern: Wildcard}
  /** Found somewhere in the text; exact case but under `i`, also in the CASELESS_FIELDS. */
  | {kind: 'regex'; regex: Regex}
  /** At least one bound. */
  | {kind: 'range'; from?: Bound; to?: Bound}
  /**
   * Present and not null: a value at this path or below it, keys being whole. An empty string is one, an empty array or
   * object is not.
   */
  | {kind: 'exists'}

/**
 * An end of a range. One that reads as a number is passed by values that read as numbers, and only by them, also
 * where they are text; any other is compared with the text of every value, by code points. Of a time field: an
 * instant, RFC 3339 in UTC.
 */
export interface Bound {
  value: string
  inclusive: boolean
}

/** Literal runs and wildcards in turn: `many` is any run of characters, an empty one too, `one` is one code point. */
export type Wildcard = ReadonlyArray<string | {any: 'one' | 'many'}>

/** A regular expression of the subset in regex.ts, which prints it for each engine. */
export interface Regex {
  /** As typed between the slashes. */
  source: string
  ignoreCase: boolean
}

/** Fields that compare without regard to case: both sides through `toLowerCase()`. */
export const CASELESS_FIELDS: ReadonlySet<string> = new Set(['service', 'host', 'environment'])

/** Values longer than this (UTF-16 units) are not searchable by name: all engines cut here. */
export const MAX_FIELD_VALUE = 512
