import {expect, test} from 'vitest'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import {encodeTerms} from '../../../../src/lib/store/elasticsearch/field-terms.js'
import {orderedHex} from '../../../../src/lib/store/elasticsearch/ordered-hex.js'

/** The terms, with `/` for DEL. */
function termsOf(given: Partial<LogRecord>): string[] {
  const record: LogRecord = {
    id: 'a-0-00000000',
    '@timestamp': '2026-11-20T10:00:00.000Z',
    observed_timestamp: '2026-11-20T10:00:01.000Z',
    message: 'm',
    attributes: {},
    ...given,
    source: {format: 'json', ...given.source, id: 'a', offset: 0},
  }
  const terms = JSON.parse(`[${encodeTerms(record)}]`) as string[]
  return terms.map((term) => term.replaceAll('\x7f', '/')).filter((term) => term !== '//source.format/sjson')
}

test.each<[string, Partial<LogRecord>, string[]]>([
  ['text', {attributes: {user: 'Alice "A"'}}, ['user/sAlice "A"']],
  ['a number', {attributes: {status: 200}}, ['status/s200', 'status/nc069']],
  ['a text that reads as one', {attributes: {status: '2e2'}}, ['status/s2e2', 'status/nc069']],
  ['texts that do not', {attributes: {a: '01', b: '1e999', c: '-', d: ''}}, ['a/s01', 'b/s1e999', 'c/s-', 'd/s']],
  ['truth', {attributes: {ok: true}}, ['ok/strue']],
  ['nothing', {attributes: {a: null, b: [], c: {}, d: [[{}]]}}, []],
  ['below a path', {attributes: {a: {b: [{c: 'x'}, null, {c: 'y'}]}}}, ['a.b.c/sx', 'a.b/', 'a.b.c/sy', 'a.b/', 'a/']],
  ['dots in names', {attributes: {'a.b': {'': 'x'}}}, ['a.b./sx', 'a.b/']],
  ['too long to be compared', {attributes: {a: 'x'.repeat(513)}}, ['a/']],
  ['as long as may be', {attributes: {a: 'x'.repeat(512)}}, [`a/s${'x'.repeat(512)}`]],
  [
    'an error',
    {error: {name: 'E', causes: [{message: '7'}]}},
    ['//error.name/sE', '//error.causes.message/s7', '//error.causes.message/nc01c'],
  ],
  ['names that read as numbers', {request_id: '42', trace_id: '4bf9'}, ['//request_id/nc045']],
  ['a kept line', {raw: 'the line'}, ['//raw/']],
])('%s', (_, given, terms) => {
  expect(termsOf(given)).toEqual(terms)
})

test('numbers as text sort as numbers', () => {
  const numbers = [
    -1.7976931348623157e308,
    -1e21,
    -200,
    -1.5,
    -1,
    -5e-324,
    0,
    5e-324,
    0.1,
    1,
    1.5,
    2,
    10,
    200,
    2 ** 53,
    1e300,
  ]
  const texts = numbers.map(orderedHex)
  expect([...texts].sort()).toEqual(texts)
  expect(new Set(texts).size).toBe(numbers.length)
  expect(orderedHex(-0)).toBe(orderedHex(0))
  expect(texts.every((text) => !text.endsWith('0'))).toBe(true)
})
