// How logflow speaks with a logflow server: paths and bodies of what stands behind the ports `store` and `bus`. Served by
// api/routes/store.ts and bus.ts, called by store/remote/ and bus/remote/. Shapes are those of the ports; what JSON
// cannot say is said here. Pure.
//
// Every call is a POST with a JSON body (of units: a frame, see unit-frame.ts). A stream answers one JSON object a line
// and is whole only where its last line is `{"end":true}`: one that just stops was cut.

import type {PartitionState, SendReceipt} from '../bus/bus.js'
import type {Group, Question} from '../metrics/question.js'
import type {RecordFilter} from '../query/record-filter.js'
import type {LogRecord} from '../record/record.js'
import type {Explanation, GapCause, KeyRange, RecordKey, RecordPlace, RecordText, StoreStatus} from '../store/store.js'

/** Counted up when a call no longer means what it meant; calls and parts of answers may be added without. */
export const PROTOCOL = 1

/** Request header of every call here: the PROTOCOL of the client. A server of another one refuses the call. */
export const PROTOCOL_HEADER = 'logflow-protocol'

export const API_PREFIX = '/api/v1'

/** Under API_PREFIX. */
export const STORE_PATHS = {
  about: '/store/about',
  search: '/store/search',
  texts: '/store/texts',
  keys: '/store/keys',
  follow: '/store/follow',
  count: '/store/count',
  aggregate: '/store/aggregate',
  explain: '/store/explain',
  get: '/store/get',
  values: '/store/values',
  position: '/store/position',
  status: '/store/status',
  refresh: '/store/refresh',
} as const

/** Under API_PREFIX. The topic is one path segment, percent-encoded; `-` stands for the one the server processes. */
export const BUS_PATHS = {
  about: '/bus/about',
  units: (topic: string) => `/bus/${encodeURIComponent(topic)}/units`,
  describe: (topic: string) => `/bus/${encodeURIComponent(topic)}/describe`,
} as const

/** What the server processes itself, whatever it calls it. */
export const OWN_TOPIC = '-'

/** How often a stream in which nothing happens says that it is alive, ms. A client may give up after a few of these. */
export const ALIVE_MS = 15_000

export const NDJSON = 'application/x-ndjson'

/** Content type of the body of `units`: a frame of unit-frame.ts. */
export const UNIT_FRAME = 'application/vnd.logflow.units'

/** Bytes of a body of JSON, and of a frame of units: a batch, or one unit of the longest kind, and its envelope. */
export const MAX_JSON_BODY = 8 << 20
export const MAX_FRAME_BODY = 10 << 20

/** Most ranges of `keys`, questions of `aggregate`, and values of `values` in one call. */
export const MAX_KEY_RANGES = 10_000
export const MAX_QUESTIONS = 2_000
export const MAX_VALUES = 1_000

/** Last line of a stream: all of it was given, or why not. */
export type Closing = {end: true} | {problem: Problem}

/** Between lines of a stream, where nothing else happens. */
export interface Alive {
  alive: true
}

/** An error as it travels: also the body of every answer that is one. `code` is an ErrorCode in lower case. */
export interface Problem {
  error: string
  code: string
  request_id?: string
  /** The same call may succeed later. */
  retriable?: boolean
  suggestions?: string[]
}

// Bodies of calls and answers, by call. Calls that are not named have an empty object.

export interface StoreAbout {
  protocol: number
  /** Of logflow. */
  version: string
  /** Kind of the store behind the server. */
  kind: string
  follows_best_effort: boolean
}

export interface SearchCall {
  filter: RecordFilter
  order: 'newest' | 'oldest'
  /** Absent: all. */
  limit?: number
  after?: RecordPlace
}
export type SearchLine = {records: LogRecord[]} | Alive | Closing

export interface FilterCall {
  filter: RecordFilter
}
export type TextsLine = {texts: RecordText[]} | Alive | Closing

export interface CountAnswer {
  count: number
}

export type ExplainAnswer = Explanation

export interface AggregateCall {
  questions: Question[]
  /** A question that is refused is told by its place, and the others are answered. */
  each?: true
}
export interface AggregateAnswer {
  groups: Group[][]
  /** With `each`: why questions have no answer, by their place; their groups are empty. */
  refused?: Array<{index: number; problem: Problem}>
}

export interface GetCall {
  id: string
}
/** `record` is absent where there is none. */
export interface GetAnswer {
  record?: LogRecord
}

export interface ValuesCall {
  field: 'service' | 'host' | 'environment' | 'level'
  limit: number
}
export interface ValuesAnswer {
  values: string[]
}

export interface PositionAnswer {
  position: string
}

export interface KeysCall {
  ranges: KeyRange[]
}
export type KeysLine = {keys: RecordKey[]} | Alive | Closing

export interface FollowCall {
  filter: RecordFilter
  from: string
  /** See FollowRequest: about the store behind the server. */
  wait?: boolean
}
/** Never ends by `end`: a follow is ended by the client, or by a problem. `next` is where to go on. */
export type FollowLine =
  | {records: LogRecord[]; next: string}
  | {caught_up: true; next: string}
  | {gap: {reason: string; cause: GapCause}}
  | Alive
  | Closing

export type StatusAnswer = StoreStatus

export interface BusAbout {
  protocol: number
  /** Of logflow. */
  version: string
  /** Name and version of what carries the units. */
  bus: string
  /** The topic that the server processes, to which anyone may send who may send at all, and its group. */
  topic: string
  group: string
}

export type UnitsAnswer = SendReceipt

export interface DescribeCall {
  group?: string
}
export interface DescribeAnswer {
  topic: string
  incarnation?: string
  partitions: PartitionState[]
  /** See Bus.expires. */
  expires: boolean
}
