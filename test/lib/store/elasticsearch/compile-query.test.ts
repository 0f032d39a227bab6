import {describe, expect, test} from 'vitest'
import type {QueryNode} from '../../../../src/lib/query/query.js'
import {compileFilter} from '../../../../src/lib/store/elasticsearch/compile-query.js'

// What each tree becomes. That it finds the same as matches() does is the contract suite's matter.

const word = (text: string): QueryNode => ({kind: 'phrase', words: [text]})

const CASES: Array<[string, QueryNode, object]> = [
  ['everything', {kind: 'all'}, {match_all: {}}],
  ['a word', word('timeout'), {bool: {filter: [{term: {words: {value: 'timeout'}}}]}}],
  [
    'words in a row',
    {kind: 'phrase', words: ['card', 'declined']},
    {bool: {filter: [{match_phrase: {words: {query: 'card declined', analyzer: 'whitespace'}}}]}},
  ],
  [
    'a word too long for one term',
    word('x'.repeat(600)),
    {
      bool: {
        filter: [
          {
            match_phrase: {
              words: {query: `${'x'.repeat(250)}- ${'x'.repeat(250)}- ${'x'.repeat(100)}`, analyzer: 'whitespace'},
            },
          },
        ],
      },
    },
  ],
  [
    'an id compares exactly',
    {kind: 'field', field: {in: 'record', name: 'trace_id'}, test: {kind: 'equals', value: 'AbC', quoted: true}},
    {bool: {filter: [{term: {trace_id: {value: 'AbC'}}}]}},
  ],
  [
    'a name without case',
    {kind: 'field', field: {in: 'record', name: 'service'}, test: {kind: 'equals', value: 'Payment', quoted: true}},
    {
      bool: {
        filter: [
          {
            bool: {
              should: [{term: {service: {value: 'payment'}}}, {term: {'folded.service': {value: 'payment'}}}],
              minimum_should_match: 1,
            },
          },
        ],
      },
    },
  ],
  [
    'a beginning',
    {
      kind: 'field',
      field: {in: 'record', name: 'request_id'},
      test: {kind: 'like', pattern: ['req-*?', {any: 'many'}]},
    },
    {bool: {filter: [{prefix: {request_id: {value: 'req-*?'}}}]}},
  ],
  [
    'a value longer than any that is indexed',
    {
      kind: 'field',
      field: {in: 'record', name: 'service'},
      test: {kind: 'equals', value: 'x'.repeat(40_000), quoted: true},
    },
    {bool: {filter: [{match_none: {}}]}},
  ],
  ['levels', {kind: 'level', levels: ['ERROR', 'FATAL']}, {bool: {filter: [{terms: {level: ['ERROR', 'FATAL']}}]}}],
  ['no level at all', {kind: 'level', levels: []}, {bool: {filter: [{terms: {level: []}}]}}],
  ['not', {kind: 'not', node: word('a')}, {bool: {filter: [{bool: {must_not: [{term: {words: {value: 'a'}}}]}}]}}],
  ['not not', {kind: 'not', node: {kind: 'not', node: word('a')}}, {bool: {filter: [{term: {words: {value: 'a'}}}]}}],
  ['and of nothing', {kind: 'and', nodes: []}, {bool: {filter: [{bool: {filter: []}}]}}],
  ['or of nothing', {kind: 'or', nodes: []}, {bool: {filter: [{match_none: {}}]}}],
  [
    'chains are one level deep',
    {kind: 'or', nodes: [{kind: 'or', nodes: [{kind: 'or', nodes: [word('a')]}, word('b')]}, word('c')]},
    {
      bool: {
        filter: [
          {
            bool: {
              should: ['a', 'b', 'c'].map((value) => ({term: {words: {value}}})),
              minimum_should_match: 1,
            },
          },
        ],
      },
    },
  ],
]

test.each(CASES)('%s', (_, query, dsl) => {
  expect(compileFilter({query})).toEqual(dsl)
})

describe('times', () => {
  const range = (filter: {since?: string; until?: string}) => compileFilter({query: {kind: 'all'}, ...filter})

  test('as they are, to the nanosecond, as strings', () => {
    expect(range({since: '2026-11-20T10:00:00.123456789Z', until: '2026-11-20T10:00:00.123456790Z'})).toEqual({
      bool: {
        filter: [
          {
            range: {
              '@timestamp': {
                gte: '2026-11-20T10:00:00.123456789Z',
                lt: '2026-11-20T10:00:00.123456790Z',
                format: 'strict_date_optional_time_nanos',
              },
            },
          },
        ],
      },
    })
  })

  test('what date_nanos cannot hold becomes its edge', () => {
    expect(JSON.stringify(range({since: '0001-01-01T00:00:00Z'}))).toContain('"gte":"1970-01-01T00:00:00.000Z"')
    expect(JSON.stringify(range({until: '9999-12-31T23:59:59Z'}))).toContain('"lt":"2262-04-11T00:00:00.000Z"')
  })
})

test('a tree that Elasticsearch would refuse is refused here', () => {
  let deep = word('a')
  for (let i = 0; i < 15; i++) deep = {kind: 'or', nodes: [{kind: 'and', nodes: [deep, word('b')]}, word('c')]}
  expect(() => compileFilter({query: deep})).toThrowError(expect.objectContaining({code: 'BAD_QUERY'}))
})
