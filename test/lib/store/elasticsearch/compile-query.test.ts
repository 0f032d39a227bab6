import {describe, expect, test} from 'vitest'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'
import type {QueryNode} from '../../../../src/lib/query/query.js'
import {type CompiledFilter, compileFilter, type Dsl} from '../../../../src/lib/store/elasticsearch/compile-query.js'

// What queries become. That this finds the same as matches() does is for the suites that run on a server.

const word = (text: string): QueryNode => ({kind: 'phrase', words: [text]})
const any = (...should: object[]) => ({bool: {should, minimum_should_match: 1}})
const all = (...filter: object[]) => ({bool: {filter}})
const none = (dsl: object) => ({bool: {must_not: [dsl]}})
const term = (field: string, value: string) => ({term: {[field]: {value}}})
/** A term of field-terms.ts, with `/` for DEL. */
const terms = (value: string) => term('folded.terms', value.replaceAll('/', '\x7f'))
const prefix = (value: string) => ({prefix: {'folded.terms': {value: value.replaceAll('/', '\x7f')}}})
const range = (bounds: Record<string, string>) => ({
  range: {
    'folded.terms': Object.fromEntries(
      Object.entries(bounds).map(([end, value]) => [end, value.replaceAll('/', '\x7f')]),
    ),
  },
})
const wildcard = (value: string) => ({wildcard: {'folded.terms': {value: value.replaceAll('/', '\x7f')}}})
const phrase = (query: string) => ({match_phrase: {words: {query, analyzer: 'whitespace'}}})

const OLD = none({exists: {field: 'folded.schema'}})
const marked = (mark: string) => term('folded.inexact', mark)
/** Documents that are read, by what a query leans on. */
const UNSURE = {
  terms: any(OLD, marked('terms')),
  names: marked('names'),
  patterns: any(OLD, marked('words')),
  texts: all(OLD, none({exists: {field: 'words'}})),
}

/** The part of a question that is about the query itself: certain answers are those not among the unsure. */
function core({certain, exact}: CompiledFilter): Dsl {
  if (exact) return certain
  const filter = (certain.bool as {filter?: Dsl[]} | undefined)?.filter
  return filter === undefined ? certain : (filter[0] as Dsl)
}

const EXACT: Array<[query: string, dsl: object, unsure?: object]> = [
  ['', {match_all: {}}],
  ['level:>=error', {terms: {level: ['ERROR', 'FATAL']}}],
  ['timeout', term('words', 'timeout'), UNSURE.texts],
  ['"Card declined"', phrase('card declined'), UNSURE.texts],
  ['x'.repeat(600), phrase(`${'x'.repeat(250)}- ${'x'.repeat(250)}- ${'x'.repeat(100)}`), UNSURE.texts],
  ['declin*', {wildcard: {words: {value: 'declin*'}}}, UNSURE.patterns],
  ['trace_id:AbC', term('trace_id', 'AbC'), UNSURE.names],
  ['service:Payment', any(term('service', 'payment'), term('folded.service', 'payment')), UNSURE.names],
  ['request_id:req-*', {prefix: {request_id: {value: 'req-'}}}, UNSURE.names],
  ['request_id:*', any({exists: {field: 'request_id'}}, term('_ignored', 'request_id'))],
  ['id:a-0-00000000', any({ids: {values: ['a-0-00000000']}}, terms('id/sa-0-00000000')), UNSURE.terms],
  ['status:200', terms('status/nc069'), UNSURE.terms],
  ['status:"200"', terms('status/s200'), UNSURE.terms],
  ['status:-0', terms('status/n8'), UNSURE.terms],
  ['order:12345678901234567890', terms('order/s12345678901234567890'), UNSURE.terms],
  ['http.method:GET', terms('http.method/sGET'), UNSURE.terms],
  ['user:*', prefix('user/'), UNSURE.terms],
  ['user:al*', prefix('user/sal'), UNSURE.terms],
  ['user:a?c*e\\*', wildcard('user/sa?c*e\\*'), UNSURE.terms],
  ['status:>=500', range({gte: 'status/nc07f4', lt: 'status/o'}), UNSURE.terms],
  ['status:<0', range({gte: 'status/n', lt: 'status/n8'}), UNSURE.terms],
  ['status:{200 TO 300]', range({gt: 'status/nc069', lte: 'status/nc072c'}), UNSURE.terms],
  ['name:[a TO b}', range({gte: 'name/sa', lt: 'name/sb'}), UNSURE.terms],
  ['error.message:reset', terms('//error.message/sreset'), UNSURE.terms],
  ['duration_ms:>1.5', {range: {duration_ms: {gt: 1.5}}}],
  ['severity_number:>16.5', {range: {severity_number: {gte: 17}}}],
  ['severity_number:>1e12', {match_none: {}}],
  ['ingested_at:>2026-11-20T10:00:00.0001Z', {range: {ingested_at: {gt: 1_795_168_800_000, format: 'epoch_millis'}}}],
  ['NOT a', none(term('words', 'a')), UNSURE.texts],
  ['NOT NOT a', term('words', 'a'), UNSURE.texts],
  ['a (b c)', all(term('words', 'a'), term('words', 'b'), term('words', 'c')), UNSURE.texts],
  ['a -b -c', all(term('words', 'a'), none({terms: {words: ['b', 'c']}})), UNSURE.texts],
  ['a OR b OR (c OR d)', {terms: {words: ['a', 'b', 'c', 'd']}}, UNSURE.texts],
  ['a OR "b c"', any(term('words', 'a'), phrase('b c')), UNSURE.texts],
]

test.each(EXACT)('%s', (query, dsl, unsure) => {
  const compiled = compileFilter({query: parseQuery(query)})
  expect(core(compiled)).toEqual(dsl)
  expect(compiled.exact).toBe(unsure === undefined)
  expect(compiled.doubtful).toEqual(unsure)
})

test.each<[string, QueryNode, object]>([
  ['no level at all', {kind: 'level', levels: []}, {terms: {level: []}}],
  ['and of nothing', {kind: 'and', nodes: []}, {match_all: {}}],
  ['or of nothing', {kind: 'or', nodes: []}, {match_none: {}}],
  ['a word that the analyzer would cut', {kind: 'phrase', words: ['a b', 'c']}, {match_none: {}}],
])('%s', (_, query, dsl) => {
  expect(compileFilter({query})).toEqual({exact: true, candidates: dsl, certain: dsl})
})

describe('times', () => {
  const at = (filter: {since?: string; until?: string}) => compileFilter({query: {kind: 'all'}, ...filter}).certain
  const bound = (operator: string, time: string) => ({
    range: {'@timestamp': {[operator]: time, format: 'strict_date_optional_time_nanos'}},
  })

  test('as they are, to the nanosecond, as strings', () => {
    expect(at({since: '2026-11-20T10:00:00.123456789Z', until: '2026-11-20T10:00:00.123456790Z'})).toEqual(
      all(bound('gte', '2026-11-20T10:00:00.123456789Z'), bound('lt', '2026-11-20T10:00:00.123456790Z')),
    )
  })

  test('what date_nanos cannot hold becomes its edge', () => {
    expect(at({since: '0001-01-01T00:00:00Z'})).toEqual(bound('gte', '1970-01-01T00:00:00.000Z'))
    expect(at({until: '9999-12-31T23:59:59Z'})).toEqual(bound('lt', '2262-04-11T00:00:00.000Z'))
  })
})

describe('what the server cannot be asked is asked for in part', () => {
  const ask = (query: string) => compileFilter({query: parseQuery(query)})

  test('beside what it can', () => {
    expect(ask('level:error message:/x/')).toEqual({
      exact: false,
      candidates: {terms: {level: ['ERROR']}},
      certain: {match_none: {}},
      doubtful: {terms: {level: ['ERROR']}},
    })
    const {certain, doubtful} = ask('level:error OR message:/x/')
    expect(certain).toEqual({terms: {level: ['ERROR']}})
    expect(doubtful).toEqual(none({terms: {level: ['ERROR']}}))
  })

  test('and the other way round under NOT', () => {
    expect(ask('NOT (level:error AND message:/x/)')).toMatchObject({
      candidates: {match_all: {}},
      certain: none({terms: {level: ['ERROR']}}),
    })
  })

  test.each([
    ['regular expressions with places between characters', 'user:/\\bal\\b/'],
    ['automata that grow too large', 'user:/(a|b)*a(a|b){20}/'],
    ['wildcards that do', `user:*${'?'.repeat(30)}`],
    ['literals that do', `user:*${'a'.repeat(200)}`],
  ])('%s', (_, query) => {
    const {certain, candidates} = ask(query)
    expect(JSON.stringify(certain)).toContain('match_none')
    expect(JSON.stringify(candidates).replaceAll('\\', '')).toContain('user\x7fs')
  })

  test('more clauses than one query takes', () => {
    const words = Array.from({length: 950}, (_, i) => `w${i}*`)
    expect(ask(words.join(' OR '))).toMatchObject({exact: false, candidates: {match_all: {}}})
    const {candidates} = ask(words.join(' '))
    expect(JSON.stringify(candidates).match(/wildcard/g)).toHaveLength(900)
  })

  test('more levels than it takes', () => {
    let deep = word('a')
    for (let i = 0; i < 30; i++) deep = {kind: 'or', nodes: [{kind: 'and', nodes: [deep, word('b')]}, word('c')]}
    const {candidates, certain} = compileFilter({query: deep})
    expect(levels(candidates)).toBeLessThan(30)
    expect(levels(certain)).toBeLessThan(30)
  })
})

function levels(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return ('bool' in value ? 1 : 0) + Math.max(0, ...Object.values(value).map(levels))
}
