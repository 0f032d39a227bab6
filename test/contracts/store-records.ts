// Made-up records for the store contract: every field, every kind of text, equal times, late times, many sources.
// Deterministic: the same call gives the same records.

import {formatId} from '../../src/lib/record/id.js'
import {LEVELS} from '../../src/lib/record/level.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import type {StoreItem} from '../../src/lib/store/store.js'
import {seededRandom} from '../support/random.js'

export {seededRandom as seeded} from '../support/random.js'

/** A record with the least it must have, at a place of a source. */
export function makeItem(source: string, offset: number, given: Partial<LogRecord> = {}, span = 100): StoreItem {
  const crc = (Math.imul(offset + 1, 2_654_435_761) ^ (source.length * 97)) >>> 0
  const record: LogRecord = {
    id: formatId(source, offset, crc),
    '@timestamp': '2026-11-20T10:00:00.000Z',
    observed_timestamp: '2026-11-20T10:00:01.000Z',
    message: `line at ${offset}`,
    attributes: {},
    ...given,
    source: {format: 'plain', ...given.source, id: source, offset},
  }
  return {record, key: {source, offset, crc}, span}
}

export const MESSAGES = [
  'request completed',
  'Request COMPLETED in 12 ms',
  'card declined: insufficient_funds',
  'declined card',
  'the card was declined',
  'card  --  declined!',
  'user alice@example.com logged in from 10.0.0.7',
  'connect ECONNREFUSED 10.0.0.7:5432',
  'GET /v1/orders/42?x=1&y=2 200',
  'version 1.2.3 of a_b and c-d, e.f',
  'timeout',
  'timeouts happen',
  'no-timeout_here',
  '',
  '...',
  'line one\nline two\ttabbed\r\nline three',
  'say "hello" it\'s \\back\\slash/',
  'a.*b (c|d) [e]{2} $ ^ + ? | # -- /* */ ; drop table records',
  '100%_done %like_ _under_ __proto__',
  'Zahlung über 5 € fehlgeschlagen',
  'ÜBER ALLES hinaus',
  'uber ohne Umlaut',
  'the \ufb01le was not found',
  'the file was found',
  'ＦＵＬＬ ｗｉｄｔｈ １２３',
  'full width 123',
  'İstanbul ve IĞDIR',
  'ΣΊΣΥΦΟΣ ἀνάβαση',
  'Straße nach STRASSE',
  '日本語 ログ ファイル',
  '支付失败，请重试',
  'nai\u0308ve cafe\u0301 re\u0301sume\u0301',
  'naïve café résumé',
  'emoji 🎉 party 👩‍👩‍👧 done',
  '\u001b[31mred alert\u001b[0m',
  'nul\u0000byte inside',
  `${'x'.repeat(1_024)}tail of a long word`,
  `${'y'.repeat(1_023)} just short enough`,
  `mixed ${'é'.repeat(1_030)} long accents`,
  'Ⅷ roman ² squared ½ half',
  'Привет МИР',
  'مرحبا بالعالم ١٢٣',
] as const

const SERVICES = ['payment', 'Payment', 'PAYMENT', 'order-service', 'auth', 'Über-Dienst', 'über-dienst', undefined]
const HOSTS = ['web-1', 'WEB-1', 'web-2', 'web-10', 'db.example.com', undefined]
const ENVIRONMENTS = ['production', 'Production', 'staging', undefined]
const TRACES = [
  '4bf92f3577b34da6a3ce929d0e0e4736',
  '4bf92f3577b34da6a3ce929d0e0e4737',
  '4BF92F3577B34DA6A3CE929D0E0E4736',
  'a%b_c',
  'a_b%c',
  "it's -- quoted",
  'spur-ä-1',
  'back\\slash',
  'z'.repeat(512),
  'z'.repeat(513),
  undefined,
]
const SOURCES = ['app-1', 'app-2', 'b', 'kafka:cluster/topic/0', 'with-dash-and.dot', 'Zeta']

/** 500 varied records. Times lie within a few minutes, many are equal, and one in twenty is hours late. */
export function fakeItems(count = 500, seed = 7): StoreItem[] {
  const random = seededRandom(seed)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const offsets = new Map<string, number>()
  const items: StoreItem[] = []
  for (let i = 0; i < count; i++) {
    const source = pick(SOURCES)
    const offset = offsets.get(source) ?? 0
    const span = 20 + Math.floor(random() * 200)
    offsets.set(source, offset + span)
    const trace = pick(TRACES)
    const level = pick([...LEVELS, undefined])
    const given: Partial<LogRecord> = {'@timestamp': fakeTime(random), message: MESSAGES[i % MESSAGES.length] as string}
    const set = <K extends keyof LogRecord>(field: K, value: LogRecord[K] | undefined) => {
      if (value !== undefined) given[field] = value
    }
    set('level', level)
    if (level) set('severity_number', LEVELS.indexOf(level) * 4 + 1)
    set('service', pick(SERVICES))
    set('host', pick(HOSTS))
    set('environment', pick(ENVIRONMENTS))
    set('trace_id', trace)
    if (random() < 0.4) set('span_id', pick(['00f067aa0ba902b7', '00f067aa0ba902b8', 'SPAN']))
    if (random() < 0.2) set('parent_span_id', '00f067aa0ba902b7')
    if (random() < 0.4)
      set('correlation_id', pick(['order-1', 'order-10', 'Order-1', '4bf92f3577b34da6a3ce929d0e0e4736']))
    if (random() < 0.4) set('request_id', pick(['req-1', 'req-2', 'req-20']))
    if (random() < 0.3) set('event', pick(['payment_failed', 'payment_made', 'user_login']))
    if (random() < 0.3) set('duration_ms', Math.round(random() * 100_000) / 1_000)
    if (random() < 0.3)
      set('attributes', {status: pick([200, 404, 500]), 'http.path': '/v1/x', nested: {deep: [1, 'two', null]}})
    items.push(makeItem(source, offset, given, span))
  }
  return items
}

/** Few distinct times, so that many are equal; 3, 6 or 9 digits; some a nanosecond apart; some hours late. */
function fakeTime(random: () => number): string {
  const second = String(Math.floor(random() * 40)).padStart(2, '0')
  const hour = random() < 0.05 ? '03' : '10'
  const fractions = ['000', '500', '500000', '500000000', '500000001', '499999999', '123456', '999']
  return `2026-11-20T${hour}:0${Math.floor(random() * 3)}:${second}.${fractions[Math.floor(random() * 8)]}Z`
}

/** Records with values that are hard to keep, each with its name. */
export function hardRecords(): Array<[string, Partial<LogRecord>]> {
  const keys = Object.fromEntries(Array.from({length: 1_000}, (_, i) => [`key${i}`, i]))
  return [
    ['every field', everyField()],
    [
      'numbers',
      {
        attributes: {
          zero: 0,
          tiny: 5e-324,
          huge: 1.7976931348623157e308,
          third: 1 / 3,
          big: 2 ** 53 - 1,
          minus: -1.5e-7,
          e21: 1e21,
          twenty: 100_000_000_000_000_000_000,
        },
      },
    ],
    [
      'nulls, booleans and empties',
      {attributes: {nothing: null, yes: true, no: false, object: {}, list: [], text: '', nested: [[], [{}], [null]]}},
    ],
    [
      'unicode',
      {message: 'ü 日本 🎉 \u0000 \u001f \u007f \u2028 \ufeff', attributes: {'schlüssel 🔑': '日本\u0000\u2029'}},
    ],
    [
      'weird keys',
      {
        attributes: JSON.parse(
          '{"":1,"a.b":2,"a":{"b":3},".":4,"..x":5,"__proto__":{"x":6},"constructor":7,"with space":8,"*":9,"\\"quote\\\\":10,"id":11,"@timestamp":"not a time","toString":12}',
        ),
      },
    ],
    ['a thousand keys', {attributes: keys}],
    ['a hundred deep', {attributes: {deep: nest(100)}}],
    ['kinds that differ under one name, a', {attributes: {mixed: 1}}],
    ['kinds that differ under one name, b', {attributes: {mixed: 'text'}}],
    ['kinds that differ under one name, c', {attributes: {mixed: {x: [1, 'a', {y: null}]}}}],
    ['kinds that differ under one name, d', {attributes: {mixed: '2026-11-20'}}],
    ['long strings', {message: 'm '.repeat(50_000), raw: 'r'.repeat(100_000), attributes: {long: 'ä'.repeat(100_000)}}],
    [
      'long names',
      {service: 's'.repeat(2_000), host: 'h'.repeat(40_000), trace_id: 't'.repeat(40_000), request_id: 'ü'.repeat(600)},
    ],
    ['empty strings', {message: '', service: '', host: '', trace_id: '', raw: '', event: ''}],
    [
      'no digits lost',
      {'@timestamp': '2026-11-20T10:00:00.123456789Z', observed_timestamp: '2026-11-20T10:00:00.120Z'},
    ],
    ['microseconds as given', {'@timestamp': '2026-11-20T10:00:00.100000Z'}],
    ['nanoseconds as given', {'@timestamp': '2026-11-20T10:00:00.100000000Z'}],
    ['milliseconds as given', {'@timestamp': '2026-11-20T10:00:00.100Z'}],
    ['long ago', {'@timestamp': '1970-01-01T00:00:00.000Z'}],
    ['far ahead', {'@timestamp': '2261-12-31T23:59:59.999999999Z'}],
    ['a leap day', {'@timestamp': '2024-02-29T23:59:59.999Z'}],
    [
      'an error with causes',
      {
        error: {
          name: 'E',
          message: 'a "b"\n',
          stack: 'E: a\n    at x (y.js:1:2)',
          causes: [{name: 'C1', message: 'm1'}, {message: 'only'}, {name: 'only'}, {}],
        },
      },
    ],
    ['an empty error', {error: {}}],
    ['time of arrival', {timestamp_source: 'arrival'}],
    ['no duration', {duration_ms: 0}],
    ['a tiny duration', {duration_ms: 0.000_001}],
    ['a huge duration', {duration_ms: 1e15 + 0.5}],
  ]
}

function everyField(): Partial<LogRecord> {
  return {
    '@timestamp': '2026-11-20T09:59:58.765432101Z',
    timestamp_source: 'arrival',
    observed_timestamp: '2026-11-20T10:00:00.250Z',
    level: 'ERROR',
    severity_number: 18,
    service: 'payment',
    host: 'web-1',
    environment: 'production',
    message: 'card declined',
    event: 'payment_failed',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
    parent_span_id: '00f067aa0ba902b8',
    correlation_id: 'order-1',
    request_id: 'req-1',
    duration_ms: 12.345,
    error: {
      name: 'CardError',
      message: 'declined',
      stack: 'CardError: declined\n    at pay',
      causes: [{name: 'IO', message: 'reset'}],
    },
    attributes: {http: {status: 502, headers: ['a', 'b']}, retry: 2, ok: false, nothing: null},
    source: {
      id: '',
      offset: 0,
      file: '/var/log/päyment app.log',
      line: 17,
      format: 'json',
      topic: 'logs',
      partition: 3,
      kafka_offset: 123_456_789_012,
    },
    raw: '{"level":50,"msg":"card declined"}',
  }
}

function nest(depth: number): unknown {
  let value: unknown = 'bottom'
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : {in: value}
  return value
}
