// The store as logflow programs elsewhere use it: the port Store, call by call. What travels is told in
// remote/protocol.ts; the query tree of a filter is checked whole before any store sees it.

import type {FastifyReply, FastifyRequest, RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {MOST_GROUP_NAMES} from '../../metrics/grouping.js'
import type {Question} from '../../metrics/question.js'
import {checkFilter} from '../../query/check-tree.js'
import type {RecordFilter} from '../../query/record-filter.js'
import type {
  AggregateAnswer,
  AggregateCall,
  CountAnswer,
  FollowCall,
  FollowLine,
  GetAnswer,
  PositionAnswer,
  SearchCall,
  StoreAbout,
  ValuesAnswer,
  ValuesCall,
} from '../../remote/protocol.js'
import {
  MAX_JSON_BODY,
  MAX_KEY_RANGES,
  MAX_QUESTIONS,
  MAX_VALUES,
  NDJSON,
  PROTOCOL,
  PROTOCOL_HEADER,
  STORE_PATHS,
} from '../../remote/protocol.js'
import type {Answer} from '../../store/answers.js'
import type {FollowEvent, KeyRange, RecordText, Store} from '../../store/store.js'
import type {ApiParts, RouteRules} from '../api.js'
import {problemOf} from '../hooks/problems.js'
import {RECORD, RECORDS} from '../schemas.js'
import {endOf, LINES, sendStream} from '../stream.js'

/** One command may make many calls. */
const LIMIT = {limit: 1_000, windowMs: 60_000}

interface Call {
  summary: string
  body?: object
  answer: object
  /** The answer is a stream of such objects. */
  streams?: true
  handler(request: FastifyRequest, reply: FastifyReply): Promise<unknown>
}

export function storeRoutes(parts: ApiParts): RouteOptions[] {
  const calls: Record<keyof typeof STORE_PATHS, Call> = {
    ...readingCalls(parts),
    ...askingCalls(parts),
    ...stateCalls(parts),
  }
  return Object.entries(calls).map(([name, call]) => toRoute(name as keyof typeof STORE_PATHS, call))
}

function toRoute(name: keyof typeof STORE_PATHS, {summary, body, answer, streams, handler}: Call): RouteOptions {
  const config: RouteRules = {name: `store.${name}`, access: 'reader', limit: LIMIT}
  return {
    method: 'POST',
    url: STORE_PATHS[name],
    bodyLimit: MAX_JSON_BODY,
    config,
    preHandler: checkProtocol,
    schema: {
      tags: ['store'],
      summary,
      description: streams
        ? 'For logflow programs. One JSON object a line; the last is `{"end": true}`, or `{"problem": …}`: a stream without one was cut.'
        : 'For logflow programs.',
      ...(body ? {body} : {}),
      response: {200: streams ? {content: {[NDJSON]: {schema: answer}}} : answer},
    },
    handler,
  }
}

/** A client of another protocol would misread what it is told. */
export async function checkProtocol({headers}: FastifyRequest): Promise<void> {
  const spoken = headers[PROTOCOL_HEADER]
  if (spoken === undefined || spoken === String(PROTOCOL)) return
  const newer = Number(spoken) > PROTOCOL
  throw new LogflowError('NOT_SUPPORTED', `this server speaks protocol ${PROTOCOL}, not the client's`, {
    suggestions: [newer ? 'Upgrade logflow on the server' : 'Upgrade logflow here to the version of the server'],
  })
}

/** Calls that give records, page by page. */
function readingCalls(parts: ApiParts): Record<'search' | 'texts' | 'keys' | 'follow', Call> {
  const stream = (
    request: FastifyRequest,
    reply: FastifyReply,
    open: (store: Store, signal: AbortSignal) => AsyncIterable<object>,
  ) => sendStream(parts, request, reply, (signal) => afterOpening(parts, (store) => open(store, signal)), LINES)
  return {
    search: {
      summary: 'Matching records in one order, all of them or up to a limit',
      body: object(
        {
          filter: FILTER,
          order: {enum: ['newest', 'oldest']},
          limit: {type: 'integer', minimum: 1, maximum: MOST},
          after: PLACE,
        },
        ['filter', 'order'],
      ),
      answer: object({records: RECORDS}),
      streams: true,
      handler: (request, reply) => {
        const {filter, limit = Number.POSITIVE_INFINITY, ...rest} = request.body as SearchCall
        const asked = {...checkFilter(filter), ...rest, limit}
        return stream(request, reply, (store, signal) => named('records', store.search(asked, signal)))
      },
    },
    texts: {
      summary: 'What every matching record says, when, and in whose name',
      body: object({filter: FILTER}),
      answer: object({texts: {type: 'array', items: {type: 'object', additionalProperties: true}}}),
      streams: true,
      handler: (request, reply) => {
        const filter = filterIn(request)
        return stream(request, reply, (store, signal) => named('texts', textsOf(store, filter, signal)))
      },
    },
    keys: {
      summary: 'Keys of every record in ranges of sources',
      body: object({ranges: {type: 'array', minItems: 1, maxItems: MAX_KEY_RANGES, items: RANGE}}),
      answer: object({keys: {type: 'array', items: {type: 'object', additionalProperties: true}}}),
      streams: true,
      handler: (request, reply) => {
        const ranges = rangesIn(request)
        return stream(request, reply, (store, signal) => named('keys', store.keys(ranges, signal)))
      },
    },
    follow: {
      summary: 'Records in the order of arrival, from a position on',
      body: object({filter: FILTER, from: {type: 'string', maxLength: 65_536}, wait: {type: 'boolean'}}, [
        'filter',
        'from',
      ]),
      answer: object(
        {
          records: RECORDS,
          next: {type: 'string'},
          caught_up: {const: true},
          gap: {type: 'object', additionalProperties: true},
        },
        [],
      ),
      streams: true,
      handler: (request, reply) => {
        const {filter, ...rest} = request.body as FollowCall
        const asked = {filter: checkFilter(filter), ...rest}
        return stream(request, reply, (store, signal) => followLines(store.follow(asked, signal)))
      },
    },
  }
}

/** Calls with one answer. */
function askingCalls(parts: ApiParts): Record<'count' | 'aggregate' | 'explain' | 'get' | 'values', Call> {
  return {
    count: {
      summary: 'How many records match',
      body: object({filter: FILTER}),
      answer: object({count: {type: 'integer'}}),
      handler: async (request): Promise<CountAnswer> => {
        const filter = filterIn(request)
        return {count: await (await parts.store()).count(filter)}
      },
    },
    aggregate: {
      summary: 'Counts in groups, exact, all from one moment',
      body: object(
        {questions: {type: 'array', minItems: 1, maxItems: MAX_QUESTIONS, items: QUESTION}, each: {const: true}},
        ['questions'],
      ),
      answer: object(
        {
          groups: {type: 'array', items: {type: 'array', items: {type: 'object', additionalProperties: true}}},
          refused: {type: 'array', items: {type: 'object', additionalProperties: true}},
        },
        ['groups'],
      ),
      handler: async (request, reply): Promise<AggregateAnswer> => {
        const questions = questionsIn(request)
        const store = await parts.store()
        const signal = endOf(reply, parts)
        const {each} = request.body as AggregateCall
        if (!each) return {groups: await store.aggregate(questions, signal)}
        return answersOf(await store.aggregateEach(questions, signal), request.context.requestId)
      },
    },
    explain: {
      summary: 'What the engine is asked for a filter',
      body: object({filter: FILTER}),
      answer: {type: 'object', additionalProperties: true},
      handler: async (request) => {
        const filter = filterIn(request)
        const store = await parts.store()
        if (store.explain) return store.explain(filter)
        throw new LogflowError('NOT_SUPPORTED', 'the store behind this server does not explain its questions')
      },
    },
    get: {
      summary: 'One record by its id, or nothing',
      body: object({id: {type: 'string', maxLength: 8_192}}),
      answer: object({record: RECORD}, []),
      handler: async (request): Promise<GetAnswer> => {
        const record = await (await parts.store()).get((request.body as {id: string}).id)
        return record ? {record} : {}
      },
    },
    values: {
      summary: 'Distinct values of a field, most frequent first',
      body: object({
        field: {enum: ['service', 'host', 'environment', 'level']},
        limit: {type: 'integer', minimum: 1, maximum: MAX_VALUES},
      }),
      answer: object({values: {type: 'array', items: {type: 'string'}}}),
      handler: async (request): Promise<ValuesAnswer> => {
        const {field, limit} = request.body as ValuesCall
        return {values: await (await parts.store()).values(field, limit)}
      },
    },
  }
}

/** Calls about the store itself. */
function stateCalls(parts: ApiParts): Record<'about' | 'position' | 'status' | 'refresh', Call> {
  return {
    about: {
      summary: 'What stands behind this server',
      answer: object({
        protocol: {type: 'integer'},
        version: {type: 'string'},
        kind: {type: 'string'},
        follows_best_effort: {type: 'boolean'},
      }),
      handler: async (): Promise<StoreAbout> => {
        const {kind, followsBestEffort} = await parts.store()
        return {protocol: PROTOCOL, version: parts.version, kind, follows_best_effort: followsBestEffort}
      },
    },
    position: {
      summary: 'A place in the order of arrival, to follow from',
      answer: object({position: {type: 'string'}}),
      handler: async (): Promise<PositionAnswer> => ({position: await (await parts.store()).position()}),
    },
    status: {
      summary: 'How much is kept, and how the store is',
      answer: {type: 'object', additionalProperties: true},
      handler: async () => (await parts.store()).status(),
    },
    refresh: {
      summary: 'Afterwards, everything that was acknowledged is seen',
      answer: object({}),
      handler: async () => {
        await (await parts.store()).refresh()
        return {}
      },
    },
  }
}

async function* afterOpening(parts: ApiParts, open: (store: Store) => AsyncIterable<object>): AsyncGenerator<object> {
  yield* open(await parts.store())
}

async function* named<T>(name: string, pages: AsyncIterable<T[]>): AsyncGenerator<object> {
  for await (const page of pages) yield {[name]: page}
}

async function* followLines(events: AsyncIterable<FollowEvent>): AsyncGenerator<FollowLine> {
  for await (const event of events) {
    if (event.kind === 'records') yield {records: event.records, next: event.next}
    else if (event.kind === 'caught-up') yield {caught_up: true, next: event.next}
    else yield {gap: {reason: event.reason, cause: event.cause}}
  }
}

async function* textsOf(store: Store, filter: RecordFilter, signal: AbortSignal): AsyncGenerator<RecordText[]> {
  if (store.texts) return yield* store.texts(filter, signal)
  const request = {...filter, order: 'oldest', limit: Number.POSITIVE_INFINITY} as const
  for await (const page of store.search(request, signal))
    yield page.map(({'@timestamp': time, level, service, message, attributes}) => ({
      '@timestamp': time,
      ...(level === undefined ? {} : {level}),
      ...(service === undefined ? {} : {service}),
      message,
      attributes: message === '' ? attributes : {},
    }))
}

function answersOf(answers: Answer[], requestId: string): AggregateAnswer {
  const refused = answers.flatMap((answer, index) =>
    answer instanceof LogflowError ? [{index, problem: problemOf(answer, requestId).body}] : [],
  )
  return {groups: answers.map((answer) => (answer instanceof LogflowError ? [] : answer)), refused}
}

function filterIn({body}: FastifyRequest): RecordFilter {
  return checkFilter((body as {filter: unknown}).filter)
}

function questionsIn({body}: FastifyRequest): Question[] {
  return (body as {questions: Question[]}).questions.map(({query, since, until, ...rest}) => ({
    ...rest,
    ...checkFilter({query, since, until}),
  }))
}

function rangesIn({body}: FastifyRequest): KeyRange[] {
  const {ranges} = body as {ranges: KeyRange[]}
  if (new Set(ranges.map(({source}) => source)).size < ranges.length)
    throw new LogflowError('USAGE', 'two ranges are of one source')
  return ranges
}

/** An object of these properties and no others; all of them unless it is said which must be there. */
function object(properties: Record<string, object>, required = Object.keys(properties)): object {
  return {type: 'object', additionalProperties: false, required, properties}
}

/** What every engine can count to. */
const MOST = 1_000_000_000
/** 300 years. */
const LONGEST_MS = 10_000_000_000_000
const TIME = {type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$'}
const QUERY = {
  type: 'object',
  description:
    'A query as a tree: nodes of the kinds all, and, or, not, phrase, wild-word, text-regex, level and field',
  required: ['kind'],
  properties: {kind: {type: 'string'}},
  additionalProperties: true,
}
const FILTER = object({query: QUERY, since: TIME, until: TIME}, ['query'])
const SOURCE = {type: 'string', maxLength: 4_096}
const PLACE = object({time: TIME, source: SOURCE, offset: {type: 'integer', minimum: -1}})
const OFFSET = {type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER}
const RANGE = object({source: SOURCE, from: OFFSET, to: OFFSET})
const QUESTION = object(
  {
    query: QUERY,
    since: TIME,
    until: TIME,
    by: {enum: ['level', 'service', 'host', 'message']},
    groups: {type: 'array', maxItems: MOST_GROUP_NAMES, items: {type: 'string', maxLength: 512}},
    every: object({
      ms: {type: 'integer', minimum: 1, maximum: LONGEST_MS},
      origin: {type: 'integer', minimum: -LONGEST_MS, maximum: LONGEST_MS},
    }),
    top: {type: 'integer', minimum: 0, maximum: MOST},
    bounded: {const: true},
    percentiles: {type: 'array', maxItems: 20, items: {type: 'number', exclusiveMinimum: 0, maximum: 100}},
    times: {type: 'boolean'},
  },
  ['query'],
)
