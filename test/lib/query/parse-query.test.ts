import {describe, expect, test} from 'vitest'
import {explainTree} from '../../../src/lib/query/explain-tree.js'
import {matches} from '../../../src/lib/query/matches.js'
import {
  MAX_NESTING,
  MAX_PARTS,
  MAX_QUERY,
  parsePlaced,
  parseQuery,
  QueryError,
} from '../../../src/lib/query/parse-query.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import {zoneOf} from '../../../src/lib/record/zone.js'
import {seededRandom} from '../../support/random.js'
import {readQueryCases} from './cases.js'

const OPTIONS = {now: new Date('2026-11-21T09:41:07.118Z'), zone: zoneOf('UTC')}

describe.each(readQueryCases())('%s', (_, cases) => {
  test.each(cases)('$query', ({query, expected}) => {
    expect(understood(query)).toBe(expected)
  })
})

/** The explained tree; of a query that is refused its caret lines. */
function understood(query: string): string {
  try {
    return explainTree(parseQuery(query, OPTIONS))
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const [first, ...lines] = error.message.split('\n')
    expect(first).toBe('the query does not parse')
    expect(error.exitCode).toBe(2)
    return lines.join('\n')
  }
}

test('every case file holds cases', () => {
  const counts = readQueryCases().map(([, cases]) => cases.length)
  expect(counts.length).toBeGreaterThan(8)
  expect(Math.min(...counts)).toBeGreaterThan(5)
})

/** What explained trees do not tell apart. */
const TREES: Array<[string, QueryNode]> = [
  ['', {kind: 'all'}],
  [' \t\n', {kind: 'all'}],
  [
    'service:a',
    {kind: 'field', field: {in: 'record', name: 'service'}, test: {kind: 'equals', value: 'a', quoted: false}},
  ],
  ['a:"1"', {kind: 'field', field: {in: 'attributes', path: 'a'}, test: {kind: 'equals', value: '1', quoted: true}}],
  [
    'a:b**c?',
    {
      kind: 'field',
      field: {in: 'attributes', path: 'a'},
      test: {kind: 'like', pattern: ['b', {any: 'many'}, 'c', {any: 'one'}]},
    },
  ],
  [
    'a:\\**',
    {kind: 'field', field: {in: 'attributes', path: 'a'}, test: {kind: 'like', pattern: ['*', {any: 'many'}]}},
  ],
  ['a:\\😀', {kind: 'field', field: {in: 'attributes', path: 'a'}, test: {kind: 'equals', value: '😀', quoted: false}}],
  ['a.*:*', {kind: 'field', field: {in: 'any', pattern: ['a.', {any: 'many'}]}, test: {kind: 'exists'}}],
  [
    'a:{1 TO 2]',
    {
      kind: 'field',
      field: {in: 'attributes', path: 'a'},
      test: {kind: 'range', from: {value: '1', inclusive: false}, to: {value: '2', inclusive: true}},
    },
  ],
  [
    'a\nb',
    {
      kind: 'and',
      nodes: [
        {kind: 'phrase', words: ['a']},
        {kind: 'phrase', words: ['b']},
      ],
    },
  ],
]

test.each(TREES)('tree of %j', (query, tree) => {
  expect(parseQuery(query, OPTIONS)).toEqual(tree)
})

test('each part knows where it came from', () => {
  const text = 'level:error (status:>=500 OR  "card declined" ) -debug'
  const {places} = parsePlaced(text, OPTIONS)
  const found = [...places].map(([node, {at, to}]) => `${node.kind} ${text.slice(at, to)}`)
  expect(found).toContain('field status:>=500')
  expect(found).toContain('phrase "card declined"')
  expect(found).toContain('level level:error')
  expect(found).toContain('not -debug')
})

describe('limits', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}a${')'.repeat(depth)}`

  test('parentheses and NOTs nest so deep and no deeper', () => {
    expect(parseQuery(nested(MAX_NESTING))).toEqual({kind: 'phrase', words: ['a']})
    expect(() => parseQuery(nested(MAX_NESTING + 1))).toThrow(QueryError)
    expect(() => parseQuery('('.repeat(MAX_QUERY))).toThrow('parentheses or NOTs within each other')
    expect(() => parseQuery(`${'!'.repeat(MAX_QUERY - 1)}a`)).toThrow('parentheses or NOTs within each other')
    expect(() => parseQuery(`a:${nested(MAX_NESTING + 1)}`)).toThrow(QueryError)
  })

  test('a query is so long and no longer', () => {
    const long = `"${'a '.repeat(MAX_QUERY / 2 - 1)}"`
    expect(parseQuery(long)).toMatchObject({kind: 'phrase'})
    expect(() => parseQuery(`${long}a`)).toThrow(`at most ${MAX_QUERY} characters`)
  })

  test('a query has so many parts and no more', () => {
    expect(parseQuery('a '.repeat(MAX_PARTS))).toMatchObject({kind: 'and'})
    expect(() => parseQuery('a '.repeat(MAX_PARTS + 1))).toThrow(`at most ${MAX_PARTS} parts`)
    expect(() => parseQuery(`a:(${'b '.repeat(MAX_PARTS + 1)})`)).toThrow(`at most ${MAX_PARTS} parts`)
  })

  test('of a long query the part around the caret is shown', () => {
    const error = caught(`${'word '.repeat(500)}foo: ${'word '.repeat(500)}`)
    const [, line, caret] = error.message.split('\n') as [string, string, string]
    expect(line.length).toBeLessThan(130)
    expect(line.slice(0, caret.indexOf('^'))).toMatch(/^ {2}….*foo:$/)
  })

  test('of a query of several lines the one that is wrong is shown', () => {
    expect(caught('a\nb foo:\nc').message).toBe(
      'the query does not parse\n  b foo:\n        ^ a value was expected right after foo:',
    )
  })
})

test('whatever is typed is read or refused, never more', () => {
  const random = seededRandom(5)
  const pieces = [
    'a',
    'level',
    ':',
    '"',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '/',
    '\\',
    '*',
    '?',
    ' ',
    ' ',
    '-',
    '!',
    '+',
    '>',
    '=',
  ]
  const more = [
    'AND',
    ' OR ',
    'NOT ',
    ' TO ',
    '1',
    '😀',
    '\ud83d',
    '\u0000',
    '\n',
    '&&',
    '||',
    "'",
    '~',
    '@timestamp',
    'é',
    '.',
  ]
  const all = [...pieces, ...more]
  let good = 0
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from({length: 1 + Math.floor(random() * 12)}, () => all[Math.floor(random() * all.length)]).join(
      '',
    )
    try {
      const node = parseQuery(text, OPTIONS)
      explainTree(node)
      matches(node, RECORD)
      good++
    } catch (error) {
      if (!(error instanceof QueryError)) throw new Error(`${JSON.stringify(text)}: ${error}`)
      expect(error.at).toBeLessThanOrEqual(text.length)
    }
  }
  expect(good).toBeGreaterThan(1_000)
})

const RECORD = {
  id: 's-0-00000000',
  '@timestamp': '2026-11-21T09:41:07.118Z',
  observed_timestamp: '2026-11-21T09:41:08.000Z',
  message: 'a',
  attributes: {a: 1},
  source: {id: 's', offset: 0, format: 'json'},
}

function caught(query: string): QueryError {
  try {
    parseQuery(query, OPTIONS)
  } catch (error) {
    if (error instanceof QueryError) return error
  }
  throw new Error('nothing was refused')
}
