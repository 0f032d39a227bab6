// What every store answers to questions of metrics, over one corpus with the edges: run over each adapter's own store.
// The aggregator in memory is the oracle; what it is to answer itself is in test/lib/metrics/aggregator.test.ts.

import {afterAll, beforeAll, expect, test} from 'vitest'
import {Aggregator} from '../../src/lib/metrics/aggregator.js'
import type {Group, Question} from '../../src/lib/metrics/question.js'
import {parseQuery} from '../../src/lib/query/parse-query.js'
import type {QueryNode} from '../../src/lib/query/query.js'
import {LEVELS} from '../../src/lib/record/level.js'
import type {StoreItem} from '../../src/lib/store/store.js'
import type {OpenedStore} from './store.js'
import {makeItem, seeded} from './store-records.js'

const ALL: QueryNode = {kind: 'all'}
const START = Date.UTC(2026, 10, 20, 10)
const HOUR = 3_600_000
/** Different services, a few of them with most of the records. */
const SERVICES = 5_000

/**
 * Records of every shape that is counted: without a level, a service, a host or a duration; equal and very long names;
 * times a nanosecond apart, on the edges of stretches, hours late and before the origin; few and many durations.
 */
export function aggregateItems(): StoreItem[] {
  const random = seeded(11)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const items: StoreItem[] = []
  const add = (given: Parameters<typeof makeItem>[2]) =>
    items.push(makeItem(`s${items.length % 3}`, items.length, given))
  const edges = ['00.000', '00.000000001', '59.999999999', '30.123456', '00.500000000', '07.1', '08']
  for (let i = 0; i < 6_000; i++) {
    const late = i % 40 === 0 ? -5 : 0
    const minute = new Date(START + late * HOUR + Math.floor(random() * 90) * 60_000).toISOString().slice(0, 17)
    const level = pick([...LEVELS, 'INFO', 'INFO', undefined] as const)
    const service = i < SERVICES ? `service-${i}` : pick(['payment', 'Payment', 'über', '', '\ue000', '🎉', undefined])
    const host = pick(['web-1', 'web-2', 'h'.repeat(512), 'h'.repeat(513), 'ü'.repeat(400), undefined])
    const duration = pick([undefined, 0, 0.1, 12, 12, Math.round(random() * 1e6) / 1_000, 1e15])
    add({
      '@timestamp': `${minute}${pick(edges)}Z`,
      message: pick([
        'card declined',
        'card declined',
        'reset by peer',
        '',
        'half \ud83d',
        `order ${Math.floor(random() * 50)}`,
      ]),
      attributes: {
        status: pick([200, 404, 503, '503', 'none', true, null, 1.5e300, -0.25, 1e21, 1e-7]),
        nested: {zone: pick(['eu', 'us'])},
        ...(i % 7 === 0 ? pick(ODD_ATTRIBUTES) : {}),
      },
      ...(level === undefined ? {} : {level}),
      ...(service === undefined ? {} : {service}),
      ...(host === undefined ? {} : {host}),
      ...(duration === undefined ? {} : {duration_ms: duration}),
      ...(i % 3 === 0 ? {environment: pick(['prod', 'Prod', '']), event: pick(['signed_in', 'x'.repeat(513)])} : {}),
      ...(i % 5 === 0
        ? {trace_id: `t${i % 100}`, error: {name: pick(['TypeError', 'e'.repeat(600), 'half \ud83d'])}}
        : {}),
    })
  }
  add({'@timestamp': '1970-01-01T00:00:00.000Z', service: 'long ago', duration_ms: 5})
  add({'@timestamp': '2261-12-31T23:59:59.999999999Z', service: 'far ahead', level: 'FATAL'})
  return items
}

/** Where a value stands in more than one way, or is none, or is none that is searched by name. */
const ODD_ATTRIBUTES: Array<Record<string, unknown>> = [
  {tags: ['red', 'blue', 'red']},
  {tags: [['deep'], {no: 'value'}, null]},
  {tags: 'red'},
  {tags: []},
  {nested: [{zone: 'in a list'}, {zone: ['eu', 'us']}]},
  {'nested.zone': 'dotted'},
  {'nested.zone': 'eu', tags: {zone: 'below'}},
  {tags: 'half \ud83d'},
  {tags: '🎉'.repeat(256)},
  {tags: `${'🎉'.repeat(256)}!`},
  {tags: 'ü"\\\n'},
  {'quo"ted': 'by a quote', '': 'no name', 'a.b.c.d.e.f': 'deep'},
]

const PERCENTILES = [0.001, 1, 50, 90, 95, 99, 99.9, 100]
const SINCE = '2026-11-20T10:00:00.000Z'
const UNTIL = '2026-11-20T11:29:59.999999999Z'
const ERRORS: QueryNode = {kind: 'level', levels: ['ERROR', 'FATAL']}
const quarter = {ms: 900_000, origin: START}

/** Questions by name. */
export const QUESTIONS: ReadonlyArray<readonly [string, Question]> = [
  ['everything as a whole', {query: ALL, percentiles: PERCENTILES, times: true}],
  ['a span to the nanosecond', {query: ALL, since: SINCE, until: UNTIL, percentiles: PERCENTILES, times: true}],
  ['nothing', {query: {kind: 'not', node: {kind: 'all'}}, percentiles: PERCENTILES, times: true}],
  ['nothing, in groups', {query: {kind: 'not', node: {kind: 'all'}}, by: 'service', every: quarter}],
  ['nothing so late', {query: ALL, since: '2262-01-01T00:00:00.000Z'}],
  ['by level', {query: ALL, by: 'level', percentiles: [50, 95]}],
  ['by thousands of services', {query: ALL, by: 'service', since: SINCE, until: UNTIL, percentiles: [95]}],
  ['by service, first and last times', {query: ERRORS, by: 'service', since: SINCE, times: true}],
  ['the ten greatest services', {query: ALL, by: 'service', top: 10, percentiles: PERCENTILES, times: true}],
  ['by host', {query: ALL, by: 'host', percentiles: [50]}],
  ['the greatest host', {query: ALL, by: 'host', top: 1}],
  ['no value at all', {query: ALL, by: 'host', top: 0}],
  ['by message', {query: ERRORS, by: 'message', times: true}],
  ['the three commonest messages of errors', {query: ERRORS, by: 'message', top: 3, percentiles: [50]}],
  ['by quarters of an hour', {query: ALL, every: quarter, percentiles: [50, 99], times: true}],
  ['by stretches from an odd origin', {query: ALL, since: SINCE, every: {ms: 420_000, origin: START + 12_345}}],
  ['by days whose origin is later than all', {query: ALL, every: {ms: 86_400_000, origin: START + 400 * 24 * HOUR}}],
  ['by milliseconds', {query: ERRORS, since: SINCE, every: {ms: 1, origin: 0}}],
  ['by level and time', {query: ALL, since: SINCE, by: 'level', every: quarter, percentiles: [90]}],
  ['three services by time', {query: ALL, since: SINCE, by: 'service', every: quarter, top: 3, times: true}],
  ['two messages by time', {query: ALL, since: SINCE, by: 'message', every: quarter, top: 2}],
  ['groups by service and level', {query: ALL, groups: ['service', 'level'], since: '2026-11-20T11:00:00.000Z'}],
  ['groups by every kind of name', {query: ALL, groups: ['host', 'environment', 'event']}],
  ['groups by message', {query: ERRORS, groups: ['message'], times: true}],
  ['groups by id', {query: parseQuery('service:service-1*'), groups: ['trace_id', 'source.file']}],
  ['groups by the name of an error', {query: ALL, groups: ['errName', 'level']}],
  ['groups by an attribute', {query: ALL, groups: ['status']}],
  ['groups by an attribute that is a list here and there', {query: ALL, groups: ['tags', 'attributes.status']}],
  ['groups by a path', {query: ALL, groups: ['nested.zone'], percentiles: [50, 95], times: true}],
  ['groups by a path, by time', {query: ALL, groups: ['nested.zone', 'level'], since: SINCE, every: quarter}],
  ['groups by services, by time', {query: ERRORS, groups: ['service'], since: SINCE, every: quarter}],
  ['groups by odd names', {query: ALL, groups: ['quo"ted', 'a.b.c.d.e.f']}],
  ['groups of a query on attributes', {query: parseQuery('status:>=500 tags:red'), groups: ['status']}],
  ['groups of nothing', {query: {kind: 'not', node: {kind: 'all'}}, groups: ['status'], every: quarter}],
  ['groups by nothing', {query: ERRORS, groups: []}],
  ['of attributes', {query: parseQuery('status:>=500 nested.zone:eu'), by: 'level', percentiles: [95]}],
  ['of regular expressions', {query: parseQuery('/ord.r [1-4]$/ OR message:/^half/'), by: 'message', every: quarter}],
  ['of words with wildcards', {query: parseQuery('-declin* AND NOT servi*:service-1*'), by: 'host', times: true}],
  ['no service by time', {query: {kind: 'not', node: {kind: 'all'}}, by: 'service', every: quarter, top: 3}],
]

/** As many rules ask: of the same few queries, groups, windows and steps, most of which some other question has, too. */
function manyQuestions(): Question[] {
  const random = seeded(23)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const queries = [
    'NOT nosuchword',
    'level:error',
    'declined',
    '"reset by peer" OR order',
    'status:503 -level:debug',
    'tags:red',
    '/ord.r [1-4]$/',
    '-declin*',
    'service:payment host:web-1',
    'nosuchword',
    'tag?:*ed',
    'duration_ms:>100',
  ].map((text) => parseQuery(text))
  return Array.from({length: 60}, () => {
    const minutes = pick([1, 5, 15, 15, 24 * 60])
    const until = START + HOUR + pick([0, 60_000])
    const bounds = random() < 0.9 ? ['since', 'until'] : pick([['since'], []])
    const groups = pick([undefined, undefined, ['host'], ['nested.zone', 'level'], ['@timestamp']])
    const step = pick([undefined, 60_000, 60_000])
    return {
      query: pick(queries),
      ...(bounds.includes('since') ? {since: rfc3339(until - minutes * 60_000)} : {}),
      ...(bounds.includes('until') ? {until: rfc3339(until)} : {}),
      ...(groups ? {groups} : {}),
      ...(step ? {every: {ms: step, origin: 0}} : {}),
    }
  })
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}

function answerOf(question: Question, items: readonly StoreItem[]): unknown {
  try {
    const oracle = new Aggregator([question])
    for (const {record} of items) oracle.add(record)
    return oracle.answers()[0]
  } catch (error) {
    return expect.objectContaining({code: (error as {code: string}).code})
  }
}

/** @param open an empty store */
export function aggregatesContract(open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore
  const items = aggregateItems()
  const questions = QUESTIONS.map(([, question]) => question)
  let expected: Group[][]
  let answers: Group[][]

  beforeAll(async () => {
    opened = await open()
    expect(await opened.store.aggregate(questions)).toEqual(new Aggregator(questions).answers())
    const writer = await opened.store.openWriter()
    for (let at = 0; at < items.length; at += 2_500)
      await writer.write({items: items.slice(at, at + 2_500), positions: []})
    await writer.refresh()
    await writer.close()
    const oracle = new Aggregator(questions)
    for (const {record} of items) oracle.add(record)
    expected = oracle.answers()
    answers = await opened.store.aggregate(questions)
  }, 240_000)
  afterAll(() => opened?.close())

  test.each(QUESTIONS.map(([name], i) => [name, i] as const))('%s', (_, i) => {
    expect(answers[i]).toEqual(expected[i])
  })

  test('a question that is refused is told in its place', async () => {
    const [refused, answered] = [{query: ALL, groups: ['@timestamp']}, {query: ERRORS}]
    const each = await opened.store.aggregateEach([answered, refused, answered])
    const [groups] = await opened.store.aggregate([answered])
    expect(each).toEqual([groups, expect.objectContaining({code: 'BAD_QUERY'}), groups])
    await expect(opened.store.aggregate([answered, refused])).rejects.toMatchObject({code: 'BAD_QUERY'})
  })

  test('many questions, of which some are refused, are answered as each alone', async () => {
    const many = manyQuestions()
    const answered = await opened.store.aggregateEach(many)
    for (const [i, question] of many.entries())
      expect({question, answer: answered[i]}).toEqual({question, answer: answerOf(question, items)})
    const refused = answered.filter((answer) => 'code' in answer)
    expect(refused.length).toBe(many.filter(({groups}) => groups?.includes('@timestamp')).length)
  }, 240_000)

  test('an end that was asked for is no answer', async () => {
    const asked = opened.store.aggregate(questions, AbortSignal.abort(new Error('ended')))
    await expect(asked).rejects.toThrow('ended')
  })
}
