import {expect, test} from 'vitest'
import {buildQuery} from '../../../src/lib/query/build-query.js'
import {
  checkFilter,
  checkTree,
  MAX_TREE_DEPTH,
  MAX_TREE_NODES,
  MAX_TREE_TEXT,
} from '../../../src/lib/query/check-tree.js'
import {MAX_NESTING, MAX_PARTS, parseQuery} from '../../../src/lib/query/parse-query.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import {EXPECTATIONS} from '../../contracts/query-expectations.js'
import {conformanceQueries} from '../../contracts/query-texts.js'

/** As it comes over the network. */
const travelled = (node: unknown): unknown => JSON.parse(JSON.stringify(node))

test('every tree that a query text can make passes, and is the same', () => {
  const texts = [...conformanceQueries(), ...EXPECTATIONS.map(([query]) => query)]
  expect(texts.length).toBeGreaterThan(500)
  for (const text of texts) {
    const node = parseQuery(text, {now: new Date('2026-11-21T12:00:00Z')})
    expect(checkTree(travelled(node)), text).toEqual(node)
  }
})

test('the largest and the deepest trees that a query text can make pass', () => {
  const inside = `${'(a OR b c '.repeat(MAX_NESTING)}d${')'.repeat(MAX_NESTING)}`
  const many = Array.from({length: MAX_PARTS}, (_, i) => `error:* OR NOT x${i}`)
    .slice(0, MAX_PARTS / 3)
    .join(' ')
  for (const text of [inside, many, `NOT ${'-'.repeat(MAX_NESTING - 1)}a`]) {
    const node = buildQuery({text, services: ['a', 'b'], levels: ['warn'], traceId: 'x'})
    expect(checkTree(travelled(node))).toEqual(node)
  }
})

test('the tree is made anew: nothing of what came is kept', () => {
  const given = {kind: 'and', nodes: [{kind: 'phrase', words: ['a']}]}
  const node = checkTree(given) as Extract<QueryNode, {kind: 'and'}>
  expect(node).not.toBe(given)
  expect(node.nodes[0]).not.toBe(given.nodes[0])
})

const field = {in: 'record', name: 'service'}
const ofField = (test: unknown, of: unknown = field) => ({kind: 'field', field: of, test})
const number = {in: 'record', name: 'duration_ms'}
const time = {in: 'record', name: '@timestamp'}
const regex = (source: unknown) => ({kind: 'text-regex', regex: {source, ignoreCase: false}})

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'query is no node of a query'],
  ['null', null, 'query is no node of a query'],
  ['a text', 'service:a', 'query is no node of a query'],
  ['an unknown kind', {kind: 'sql', sql: 'DROP TABLE'}, 'query is no node of a query'],
  ['a kind of the prototype', {kind: 'constructor'}, 'query is no node of a query'],
  ['an unknown part', {kind: 'all', $where: '1'}, 'query has an unknown part "$where"'],
  ['no nodes', {kind: 'and', nodes: []}, 'query.nodes lacks a list of one part or more'],
  ['nodes that are no list', {kind: 'or', nodes: {length: 1}}, 'query.nodes lacks a list of one part or more'],
  ['a bad node inside', {kind: 'not', node: {kind: 'or', nodes: [1]}}, 'query.node[0] is no node of a query'],
  ['a word that is none', {kind: 'phrase', words: ["a' OR 1=1 --"]}, 'query holds what is no word'],
  ['an empty word', {kind: 'phrase', words: ['']}, 'query holds what is no word'],
  ['a word that is too long', {kind: 'phrase', words: ['a'.repeat(1_025)]}, 'query holds what is no word'],
  ['a number for a word', {kind: 'phrase', words: [1]}, 'query holds no text where one is expected'],
  [
    'a wild word that is none',
    {kind: 'wild-word', pattern: ['a b', {any: 'many'}]},
    'query holds what is no part of a word',
  ],
  ['an unknown wildcard', {kind: 'wild-word', pattern: [{any: 'all'}]}, 'query holds what is no wildcard'],
  [
    'a level that is none',
    {kind: 'level', levels: ['LOUD']},
    'query holds what is no level: use TRACE, DEBUG, INFO, WARN, ERROR, FATAL',
  ],
  [
    'a regular expression that is none',
    regex('('),
    'query holds a regular expression that is none: this parenthesis is never closed',
  ],
  ['one with a look-ahead', regex('(?=a)'), 'query holds a regular expression that is none: '],
  ['one that is too large', regex('(a{1000}){1000}'), 'query holds a regular expression that is none: '],
  ['one that is no text', regex({toString: 'x'}), 'query holds no text where one is expected'],
  ['an unknown field', ofField({kind: 'exists'}, {in: 'record', name: 'password'}), 'query.field is no field'],
  ['a field elsewhere', ofField({kind: 'exists'}, {in: 'sql', name: 'service'}), 'query.field is no field'],
  ['an unknown test', ofField({kind: 'script'}), 'query.test is no test'],
  [
    'a value that is no text',
    ofField({kind: 'equals', value: 1, quoted: false}),
    'query.test holds no text where one is expected',
  ],
  ['a value of no sort', ofField({kind: 'equals', value: 'a'}), 'query.test does not say whether it is quoted'],
  ['a range without an end', ofField({kind: 'range'}), 'query.test has no end'],
  [
    'a range of two kinds',
    ofField({kind: 'range', from: {value: '1', inclusive: true}, to: {value: 'b', inclusive: true}}),
    'query.test has a number at one end',
  ],
  ['a number that is none', ofField({kind: 'equals', value: 'many', quoted: true}, number), 'query.test is no number'],
  ['a time that is none', ofField({kind: 'equals', value: '15m', quoted: true}, time), 'query.test is no time'],
  [
    'a time with an offset',
    ofField({kind: 'range', from: {value: '2026-11-21T09:00:00+01:00', inclusive: true}}, time),
    'query.test.from is no time',
  ],
  [
    'a pattern for a time',
    ofField({kind: 'like', pattern: ['2026', {any: 'many'}]}, time),
    'query.test is no test of a time',
  ],
])('%s is refused', (_, value, why) => {
  expect(() => checkTree(value)).toThrow(why)
})

test('depth, nodes and text have bounds, and no depth of nesting overflows', () => {
  const deep = (levels: number) =>
    JSON.parse(`${'{"kind":"not","node":'.repeat(levels - 1)}{"kind":"all"}${'}'.repeat(levels - 1)}`)
  const wide = (nodes: number) => ({kind: 'or', nodes: Array.from({length: nodes - 1}, () => ({kind: 'all'}))})
  expect(checkTree(deep(MAX_TREE_DEPTH)).kind).toBe('not')
  expect(() => checkTree(deep(MAX_TREE_DEPTH + 1))).toThrow(`query is more than ${MAX_TREE_DEPTH} levels deep`)
  expect(() => checkTree(deep(5_000))).toThrow('levels deep')
  expect(checkTree(wide(MAX_TREE_NODES)).kind).toBe('or')
  expect(() => checkTree(wide(MAX_TREE_NODES + 1))).toThrow(`query has more than ${MAX_TREE_NODES} nodes`)
  const text = ofField({kind: 'equals', value: 'x'.repeat(MAX_TREE_TEXT + 1), quoted: true})
  expect(() => checkTree(text)).toThrow('characters of text')
})

test('a filter has a query and bounds that are times in UTC', () => {
  const query = {kind: 'all'}
  expect(checkFilter({query})).toEqual({query})
  const bounds = {since: '1969-07-20T20:17:40Z', until: '2026-11-21T09:00:00.123456789Z'}
  expect(checkFilter({query, ...bounds})).toEqual({query, ...bounds})
  for (const since of ['', 'yesterday', 5, '2026-13-01T00:00:00Z', '2026-11-21T09:00:00.1234567891Z'])
    expect(() => checkFilter({query, since})).toThrow('filter.since is no time')
  expect(() => checkFilter({query, limit: 5})).toThrow('filter has an unknown part "limit"')
  expect(() => checkFilter(undefined)).toThrow('filter is no object')
})
