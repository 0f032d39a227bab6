import {expect, test} from 'vitest'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import {decodeSource, encodeDocument, type Source, toPieces} from '../../../../src/lib/store/elasticsearch/document.js'

const STAMP = '2026-11-21T09:00:00.000Z'

function record(given: Partial<LogRecord> = {}): LogRecord {
  return {
    id: 'a-0-00000000',
    '@timestamp': '2026-11-20T10:00:00.000Z',
    observed_timestamp: '2026-11-20T10:00:01.000Z',
    message: 'Card declined: "no funds"',
    attributes: {status: 402},
    source: {id: 'a', offset: 0, format: 'plain'},
    ...given,
  }
}

const encoded = (given: LogRecord, armoured = false) =>
  JSON.parse(encodeDocument(given, STAMP, armoured)) as Record<string, unknown>

/** What Elasticsearch gives back: the document without what the mapping keeps out. */
function given(document: Record<string, unknown>): LogRecord {
  const {words: _, folded: __, ...source} = document
  return decodeSource(source as unknown as Source)
}

test('the record, its stamp, its words and its terms', () => {
  expect(encoded(record())).toEqual({
    ...record(),
    ingested_at: STAMP,
    words: 'card declined no funds',
    folded: {schema: 2, terms: ['status\x7fs402', 'status\x7fnc0792', '\x7f\x7fsource.format\x7fsplain']},
  })
})

test('without a message the words are those of the attributes, each value for itself', () => {
  const attributes = {a: 'Card declined', b: [1.5, null, true], c: '...'}
  expect(encoded(record({message: '', attributes})).words).toEqual(['card declined', '1 5', 'true', ''])
})

test.each<[string, Partial<LogRecord>, string[]]>([
  ['half a pair in an attribute', {attributes: {a: '\ud800'}}, ['terms']],
  ['half a pair in a path', {attributes: {'\ud800': 1}}, ['terms']],
  ['a path with DEL', {attributes: {a: {'b\x7f': 1}}}, ['terms']],
  ['a path too long', {attributes: {['p'.repeat(401)]: 1}}, ['terms']],
  ['too many values', {attributes: {a: Array.from({length: 10_001}, (_, i) => i)}}, ['terms']],
  ['half a pair in a name', {service: 'a\ud83d'}, ['names']],
  ['a name whose length is counted differently', {trace_id: '😀'.repeat(257)}, ['names']],
  ['a word in pieces', {message: 'x'.repeat(251)}, ['words']],
])('%s marks the document', (_, given, inexact) => {
  expect(encoded(record(given)).folded).toMatchObject({inexact})
})

test('a name beyond 16 bits is a name as others', () => {
  expect(encoded(record({service: '🚀 api', trace_id: 'x'.repeat(600)})).folded).not.toHaveProperty('inexact')
})

test('the record is not touched, and an old stamp gives way', () => {
  const old = record({ingested_at: '2020-01-01T00:00:00.000Z'})
  const text = encodeDocument(old, STAMP, false)
  expect(text.match(/ingested_at/g)).toHaveLength(1)
  expect(JSON.parse(text)).toMatchObject({ingested_at: STAMP})
  expect(old.ingested_at).toBe('2020-01-01T00:00:00.000Z')
})

test('a message without words has no words', () => {
  expect(encoded(record({message: '... !'}))).not.toHaveProperty('words')
})

test('names get a case-less copy where they are not lower-case, and are short enough to be searched', () => {
  expect(encoded(record({service: 'Payment', host: 'web-1', environment: 'ÜBER'})).folded).toMatchObject({
    service: 'payment',
    environment: 'über',
  })
  expect(encoded(record({service: 'payment', host: 'web-1'})).folded).not.toHaveProperty('service')
  expect(encoded(record({service: 'S'.repeat(513)})).folded).not.toHaveProperty('service')
})

test.each<[string, unknown]>([
  ['deep', {a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {q: {r: {s: {t: {u: 1}}}}}}}}}}}}}}}}}}}}}],
  ['a NUL in a name', {'a\0b': 1, c: 2}],
  ['a very long name', {['k'.repeat(40_000)]: 1, c: 2}],
  ['own names', {exact: 'x', words: 'y', __proto__: 1}],
])('armour keeps every record whole: %s', (_, attributes) => {
  const whole = record({attributes: attributes as Record<string, unknown>, error: {name: 'E'}, raw: 'r'})
  expect(given(encoded(whole, true))).toEqual({...whole, ingested_at: STAMP})
})

test('what armour shows to the mapping is what flattened takes', () => {
  let deep: unknown = 1
  for (let i = 0; i < 500; i++) deep = i % 2 ? {d: deep} : [deep]
  const {attributes} = encoded(
    record({attributes: {deep, 'a\0b': 1, ['k'.repeat(9_000)]: 2, ok: ['x', {y: null}]}}),
    true,
  )
  expect(Object.keys(attributes as object)).toEqual(['deep', 'ok'])
  expect((attributes as {ok: unknown}).ok).toEqual(['x', {y: null}])
  expect(depth(attributes)).toBeLessThan(20)
})

function depth(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
}

test('words longer than a term are cut where no word can be taken for a piece', () => {
  expect(toPieces(['short', 'x'.repeat(250), 'y'.repeat(251)])).toEqual([
    'short',
    'x'.repeat(250),
    `${'y'.repeat(250)}-`,
    'y',
  ])
  const pieces = toPieces(['a'.repeat(249) + '𝒳'.repeat(200)])
  expect(pieces.map((piece) => piece.replace(/-$/, '')).join('')).toBe('a'.repeat(249) + '𝒳'.repeat(200))
  expect(pieces.every((piece) => piece.length <= 251 && Buffer.from(piece).toString() === piece)).toBe(true)
})
