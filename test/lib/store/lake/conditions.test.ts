// Conditions in SQL against matches(), over records and queries made at random: attributes of every shape, fields of the
// record, texts of records without a message, times, and halves of surrogate pairs. FUZZ_QUERIES and FUZZ_SEED make it longer.

import {expect, test} from 'vitest'
import {matches} from '../../../../src/lib/query/matches.js'
import {
  type Bound,
  NUMBER_FIELDS,
  type QueryNode,
  TEXT_FIELDS,
  type Test,
  TIME_FIELDS,
  type Wildcard,
} from '../../../../src/lib/query/query.js'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import type {Store} from '../../../../src/lib/store/store.js'
import {makeItem} from '../../../contracts/store-records.js'
import {seededRandom} from '../../../support/random.js'
import {findAll, testLake, writeAll} from './open-lake.js'

const COUNT = Number(process.env.FUZZ_QUERIES ?? 36)
const SEED = Number(process.env.FUZZ_SEED ?? 5)

test.each([
  ['hot', 1_000_000],
  ['sealed', 1],
])(
  'what is compiled finds what matches() takes, %s',
  async (_, onClose) => {
    const random = seededRandom(SEED)
    const lake = testLake()
    const store = await lake.open({limits: {onClose, records: 150}})
    const items = Array.from({length: 400}, (_, i) => makeItem(`app-${i % 3}`, i * 10, madeRecord(random, i), 10))
    await writeAll(store, items, 90)
    const records = await findAll(store)
    expect(records.length).toBe(items.length)
    for (let i = 0; i < COUNT; i++) await checkQuery(store, records, madeQuery(random, 2), i % 3 === 0)
  },
  600_000,
)

/** `well`: short answers, counts and metrics too. */
async function checkQuery(store: Store, records: LogRecord[], query: QueryNode, well: boolean): Promise<void> {
  const expected = records.filter((record) => matches(query, record)).map(({id}) => id)
  const found = (await findAll(store, {query})).map(({id}) => id)
  expect({query, found}).toEqual({query, found: expected})
  if (!well) return
  const few = (await findAll(store, {query, limit: 7, order: 'newest'})).map(({id}) => id)
  expect({query, few}).toEqual({query, few: expected.slice(-7).reverse()})
  expect({query, count: await store.count({query})}).toEqual({query, count: expected.length})
  const [[group] = []] = await store.aggregate([{query}])
  expect({query, count: group?.count}).toEqual({query, count: expected.length})
}

type Random = () => number

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}

const KEYS = [
  'a',
  'b',
  'c',
  'a.b',
  'b.c',
  'a.b.c',
  '',
  '.',
  "it's",
  'q"t',
  'b\\s',
  '*',
  '$',
  '[0]',
  '0',
  'é ü',
  '\u0000',
  'a":"x',
  '100%',
  '__proto__',
  '\ud800',
  'status',
]
const STRINGS = [
  '',
  'eu',
  'EU',
  'x',
  '500',
  '5e2',
  '500.0',
  '1e21',
  '1e+21',
  ' 500',
  '0500',
  'true',
  'null',
  '{"a":1}',
  '[1]',
  '[[',
  'a,[b',
  'line\nbreak',
  'tab\t"q" \\ \'',
  'nul\u0000byte',
  'ünï ÇA',
  '🎉 party',
  '\ud83d half',
  '\ufffd',
  '日本語',
  'x'.repeat(512),
  'x'.repeat(513),
  '🎉'.repeat(256),
  '🎉'.repeat(257),
  'ü'.repeat(512),
  '9007199254740993',
  '123456789012345678901234567890',
  '1e999',
  '-0',
  '0.1',
  'card declined',
  'Declined_card',
  'a.b',
]
const NUMBERS = [
  0,
  -0,
  1,
  500,
  499.5,
  500.25,
  -1,
  1e21,
  1.5e300,
  1e-7,
  5e-324,
  0.1,
  2 ** 53,
  1e20,
  123456789012345680000,
  404,
  1.7976931348623157e308,
]

function scalar(random: Random): unknown {
  const roll = random()
  return roll < 0.5 ? pick(random, STRINGS) : roll < 0.8 ? pick(random, NUMBERS) : pick(random, [true, false, null])
}

function json(random: Random, depth: number): unknown {
  const roll = random()
  if (depth === 0 || roll < 0.5) return scalar(random)
  if (roll < 0.7) return Array.from({length: Math.floor(random() * 4)}, () => json(random, depth - 1))
  return object(random, depth - 1)
}

function object(random: Random, depth: number): Record<string, unknown> {
  const entries = Array.from(
    {length: Math.floor(random() * 4)},
    () => [pick(random, KEYS.slice(0, random() < 0.7 ? 6 : KEYS.length)), json(random, depth)] as const,
  )
  return Object.fromEntries(entries)
}

function madeRecord(random: Random, i: number): Partial<LogRecord> {
  const given: Partial<LogRecord> = {
    '@timestamp': `2026-11-20T10:0${i % 5}:${10 + (i % 7)}.${pick(random, ['000', '001', '123456', '123456789', '123456788'])}Z`,
    observed_timestamp: `2026-11-20T10:00:0${i % 10}${pick(random, ['', '.1', '.100', '.123456789'])}Z`,
    message: random() < 0.4 ? '' : pick(random, STRINGS),
    attributes: random() < 0.9 ? object(random, 3) : {},
  }
  if (random() < 0.5) given.service = pick(random, STRINGS)
  if (random() < 0.5) given.host = pick(random, STRINGS)
  if (random() < 0.5) given.trace_id = pick(random, STRINGS)
  if (random() < 0.5) given.duration_ms = Math.abs(pick(random, NUMBERS))
  if (random() < 0.5) given.severity_number = 1 + Math.floor(random() * 24)
  if (random() < 0.3) given.timestamp_source = 'arrival'
  if (random() < 0.3) given.raw = pick(random, STRINGS)
  if (random() < 0.4)
    given.error = {
      name: pick(random, STRINGS),
      stack: pick(random, STRINGS),
      causes: [{name: pick(random, STRINGS)}, {message: pick(random, STRINGS)}].slice(0, Math.floor(random() * 3)),
    }
  if (random() < 0.5)
    given.source = {
      id: '',
      offset: 0,
      format: pick(random, ['plain', 'json']),
      file: pick(random, STRINGS),
      line: Math.floor(random() * 600),
    }
  return given
}

function madeQuery(random: Random, depth: number): QueryNode {
  const roll = random()
  if (depth === 0 || roll < 0.6) return leaf(random)
  if (roll < 0.75) return {kind: 'not', node: madeQuery(random, depth - 1)}
  const nodes = Array.from({length: 1 + Math.floor(random() * 3)}, () => madeQuery(random, depth - 1))
  return {kind: roll < 0.88 ? 'and' : 'or', nodes}
}

function leaf(random: Random): QueryNode {
  const roll = random()
  if (roll < 0.06)
    return {
      kind: 'phrase',
      words: pick(random, [
        ['eu'],
        ['card', 'declined'],
        ['500'],
        ['true'],
        ['ünï'],
        ['1e', '21'],
        ['x'],
        ['party'],
        ['half'],
      ]),
    }
  if (roll < 0.12)
    return {kind: 'wild-word', pattern: wildcard(random, ['decl', 'x', 'd', 'e', 'ü', '5', 'true', 'card'])}
  if (roll < 0.18) return {kind: 'text-regex', regex: regex(random)}
  if (roll < 0.22)
    return {
      kind: 'field',
      field: {in: 'any', pattern: wildcard(random, ['a', 'a.', 'err', 'name', 'b'])},
      test: madeTest(random, 'text'),
    }
  if (roll < 0.24) {
    const field = {in: 'attributes', path: pick(random, ['a', 'b', 'a.b'])} as const
    const tests = Array.from({length: 2 + Math.floor(random() * 4)}, () => madeTest(random, 'text'))
    return {kind: 'or', nodes: tests.map((test) => ({kind: 'field', field, test}))}
  }
  if (roll < 0.5) {
    const name = pick(random, [...TEXT_FIELDS, ...NUMBER_FIELDS, ...TIME_FIELDS])
    const isTime = (TIME_FIELDS as readonly string[]).includes(name)
    return {kind: 'field', field: {in: 'record', name}, test: madeTest(random, isTime ? 'time' : 'text')}
  }
  const path = Array.from({length: 1 + Math.floor(random() * random() * 6)}, () =>
    pick(random, random() < 0.7 ? KEYS.slice(0, 4) : KEYS),
  ).join('.')
  return {kind: 'field', field: {in: 'attributes', path}, test: madeTest(random, 'text')}
}

const TIMES = [
  '2026-11-20T10:00:05.000Z',
  '2026-11-20T10:00:05Z',
  '2026-11-20T10:02:12.123456789Z',
  '2026-11-20T10:00:03.1Z',
  '2026-11-20T10:00:03.123456789Z',
  '2026-11-20T10:03:11.001Z',
]

function madeTest(random: Random, kind: 'text' | 'time'): Test {
  const value = () =>
    kind === 'time' ? pick(random, TIMES) : random() < 0.6 ? pick(random, STRINGS) : String(pick(random, NUMBERS))
  const bound = (): Bound => ({value: value(), inclusive: random() < 0.5})
  const roll = random()
  if (roll < 0.35) return {kind: 'equals', value: value(), quoted: random() < 0.3}
  if (roll < 0.55)
    return {kind: 'like', pattern: wildcard(random, ['e', 'x', '5', 'EU', '1e', '%', '_', '🎉', '2026', 'tr'])}
  if (roll < 0.65) return {kind: 'regex', regex: regex(random)}
  if (roll < 0.9) {
    const which = random()
    return {kind: 'range', ...(which < 0.7 ? {from: bound()} : {}), ...(which > 0.4 ? {to: bound()} : {})}
  }
  return {kind: 'exists'}
}

function wildcard(random: Random, literals: readonly string[]): Wildcard {
  const many = {any: 'many'} as const
  const one = {any: 'one'} as const
  const [a, b] = [pick(random, literals), pick(random, literals)]
  return pick<Wildcard>(random, [
    [a, many],
    [many, a],
    [many, a, many],
    [a, many, b],
    [one, many],
    [a, one],
    [many],
    [one, one, a, many],
    [many, one, a, one],
  ])
}

function regex(random: Random) {
  const source = pick(random, [
    '^5',
    'e.*u',
    '\\d+',
    '[^x]$',
    '^$',
    'EU|x',
    '\\bcard\\b',
    'ü',
    '^.{3}$',
    '\\s',
    '1e\\+',
    '[{]',
    'true|false',
    '[^a-z0-9]',
  ])
  return {source, ignoreCase: random() < 0.3}
}
