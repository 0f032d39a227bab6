import {describe, expect, test} from 'vitest'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import {MOST_GROUPS} from '../../../src/lib/metrics/grouping.js'
import type {Group, Question} from '../../../src/lib/metrics/question.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {makeItem} from '../../contracts/store-records.js'

const ALL: QueryNode = {kind: 'all'}

function answer(question: Omit<Question, 'query'>, records: Array<Partial<LogRecord>>): Group[] {
  const aggregator = new Aggregator([{query: ALL, ...question}])
  for (const [i, given] of records.entries()) aggregator.add(makeItem('s', i, given).record)
  return aggregator.answers()[0] as Group[]
}

/** The values and the count of each group. */
function shown(groups: Group[]): unknown[] {
  return groups.map(({values, count}) => [values, count])
}

const withTags = (...tags: unknown[]) => ({attributes: {tags}})

describe('in which groups a record counts', () => {
  test.each<[string, string[], Array<Partial<LogRecord>>, unknown[]]>([
    [
      'two fields, and none of one',
      ['service', 'level'],
      [{service: 'a', level: 'ERROR'}, {service: 'a'}, {service: 'a'}, {level: 'INFO'}],
      [
        [['a', null], 2],
        [['a', 'ERROR'], 1],
        [[null, 'INFO'], 1],
      ],
    ],
    [
      'an empty text is a value, null is none',
      ['zone'],
      [{attributes: {zone: ''}}, {attributes: {zone: null}}, {attributes: {}}],
      [
        [[null], 2],
        [[''], 1],
      ],
    ],
    [
      'numbers and booleans are their text',
      ['status'],
      [500, '500', 1e21, true, 'true', 5e2].map((status) => ({attributes: {status}})),
      [
        [['500'], 3],
        [['true'], 2],
        [['1e+21'], 1],
      ],
    ],
    [
      'each different value of a list',
      ['tags'],
      [withTags('a', 'b', 'a', ['c']), withTags('b'), withTags()],
      [
        [['b'], 2],
        [['a'], 1],
        [['c'], 1],
        [[null], 1],
      ],
    ],
    [
      'each combination of two lists',
      ['tags', 'attributes.ids'],
      [{attributes: {tags: ['a', 'b'], ids: [1, 2]}}],
      [
        [['a', '1'], 1],
        [['a', '2'], 1],
        [['b', '1'], 1],
        [['b', '2'], 1],
      ],
    ],
    [
      'a dot stands between two keys or in one',
      ['http.status'],
      [{attributes: {http: {status: 1}}}, {attributes: {'http.status': 1}}, {attributes: {http: 'status'}}],
      [
        [['1'], 2],
        [[null], 1],
      ],
    ],
    [
      'no value is longer than queries find',
      ['service', 'name'],
      [{service: 's'.repeat(513), attributes: {name: 'n'.repeat(512)}}, {attributes: {name: 'n'.repeat(513)}}],
      [
        [[null, 'n'.repeat(512)], 1],
        [[null, null], 1],
      ],
    ],
    [
      'half a surrogate pair',
      ['zone'],
      [{attributes: {zone: 'a\ud83d'}}, {attributes: {zone: 'a\ufffd'}}],
      [[['a\ufffd'], 2]],
    ],
    ['other names of fields', ['errName'], [{error: {name: 'TypeError'}}], [[['TypeError'], 1]]],
    [
      'a field of the record of that name, and the attribute',
      ['attributes.service'],
      [{service: 'a', attributes: {service: 'b'}}],
      [[['b'], 1]],
    ],
    ['no record', ['service'], [], []],
  ])('%s', (_, groups, records, expected) => {
    expect(shown(answer({groups}, records))).toEqual(expected)
  })

  test('by stretches of time, the group with the most records first', () => {
    const at = (second: number, service: string) => ({'@timestamp': `2026-11-20T10:00:0${second}.000Z`, service})
    const groups = answer({groups: ['service'], every: {ms: 1_000, origin: 0}}, [at(0, 'a'), at(2, 'b'), at(1, 'b')])
    const start = Date.UTC(2026, 10, 20, 10)
    expect(groups).toEqual([
      {values: ['b'], start: start + 1_000, count: 1, errors: 0},
      {values: ['b'], start: start + 2_000, count: 1, errors: 0},
      {values: ['a'], start, count: 1, errors: 0},
    ])
  })

  test('no names are no groups', () => {
    expect(answer({groups: []}, [{service: 'a'}])).toEqual([{count: 1, errors: 0}])
  })
})

describe('what is refused', () => {
  test.each<[string, Omit<Question, 'query'>]>([
    ['4 fields to group by are too many', {groups: ['a', 'b', 'c', 'd']}],
    ['"attributes.a" is there twice among the fields to group by', {groups: ['a', 'attributes.a']}],
    ['"@timestamp" cannot be grouped by', {groups: ['@timestamp']}],
    ['"duration_ms" cannot be grouped by', {groups: ['service', 'duration_ms']}],
    ['"id" cannot be grouped by', {groups: ['id']}],
    ['"error" cannot be grouped by', {groups: ['error']}],
    ['"" cannot be grouped by', {groups: ['']}],
    ['a question for groups has neither by nor top', {groups: ['service'], by: 'level'}],
  ])('%s', (message, question) => {
    expect(() => answer(question, [])).toThrow(expect.objectContaining({code: 'BAD_QUERY', message}))
  })

  const numbers = Array.from({length: MOST_GROUPS + 1}, (_, i) => i)

  test('more groups than can be told apart, but not as many', () => {
    expect(answer({groups: ['n']}, [{attributes: {n: numbers.slice(1)}}])).toHaveLength(MOST_GROUPS)
    const message = 'there are more than 10,000 different values of n to group by'
    expect(() => answer({groups: ['n']}, [{attributes: {n: numbers}}])).toThrow(message)
  })

  test('as many combinations of lists', () => {
    const lists = {a: numbers, b: numbers, c: numbers}
    const message = 'there are more than 10,000 different combinations of values of a, b, c to group by'
    expect(() => answer({groups: ['a', 'b', 'c']}, [{attributes: lists}])).toThrow(message)
  })
})
