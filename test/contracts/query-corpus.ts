// The records that the query conformance suite asks about. Those with a name are made to tell one meaning from
// another; what hand-written expectations list are these names. The rest are made up around them.

import {LEVELS} from '../../src/lib/record/level.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import type {StoreItem} from '../../src/lib/store/store.js'
import {seededRandom} from '../support/random.js'
import {MESSAGES, makeItem} from './store-records.js'

type Given = Partial<Omit<LogRecord, 'source'>> & {source?: Partial<LogRecord['source']>}

/** Keys that an object literal cannot hold. */
const PROTO = JSON.parse('{"constructor":"c","toString":"t","__proto__":{"x":"p"}}') as Record<string, unknown>

const NAMED: Record<string, Given> = {
  // Words, phrases and texts.
  declined: {
    message: 'Card declined for order ord_83a1',
    level: 'WARN',
    service: 'payment',
    attributes: {status: 402, region: 'eu', amount: 99.9},
  },
  'declined-order': {
    message: 'the order of the declined card',
    level: 'ERROR',
    service: 'Payment',
    attributes: {status: '402', region: 'us'},
  },
  'card-twice': {message: 'card one, card declined', attributes: {region: ['eu', 'us']}},
  punctuation: {message: 'connect ECONNREFUSED 10.0.0.7:5432 (attempt 2)', attributes: {ip: '10.0.0.7', port: 5432}},
  regex: {message: 'a.*b (c|d) [e]{2} $ ^ + ? |', attributes: {pattern: '^a.*$'}},
  lines: {message: 'line one\nline two', attributes: {multi: 'a\nb'}},
  umlaut: {message: 'Zahlung über 5 € fehlgeschlagen', service: 'Über-Dienst', attributes: {ort: 'Köln'}},
  'no-umlaut': {message: 'Zahlung uber alles', service: 'UBER-dienst', attributes: {ort: 'KÖLN'}},
  composed: {message: 'café', attributes: {word: 'café'}},
  decomposed: {message: 'cafe\u0301', attributes: {word: 'cafe\u0301'}},
  'full-width': {message: 'ＦＵＬＬ １２３', attributes: {width: '１２'}},
  sharp: {message: 'Straße', service: 'Straße', attributes: {}},
  'sharp-caps': {message: 'STRASSE', service: 'STRASSE', attributes: {}},
  kelvin: {message: '5 \u212a \u017f', attributes: {unit: '\u212a'}},
  japanese: {message: '日本語 ログ', attributes: {言語: '日本語'}},
  emoji: {message: '🎉 done 🎉', attributes: {mood: '🎉', two: '🎉🎉'}},
  control: {message: '\u001b[31mred\u001b[0m', attributes: {bell: 'a\u0007b'}},
  hostile: {
    message: `'; DROP TABLE records; -- "x" */`,
    trace_id: `x' OR '1'='1`,
    attributes: {
      "k'ey": "va'lue",
      'k"ey': 'v"x',
      'k\\ey': 'v\\x',
      'k%y': '100%',
      k_y: 'a_b',
      '$.x': 'path',
      'k[0]': 'bracket',
      'k*y': 'star',
    },
  },
  // Records without a message: their values are searched.
  'values-only': {
    message: '',
    attributes: {a: 'card declined', b: 'other words', n: 42, ok: true, gone: null, deep: {list: ['x y', 'z']}},
  },
  'values-apart': {message: '', attributes: {first: 'card', second: 'declined', total: 1e21}},
  nothing: {message: '', attributes: {}},
  dots: {message: '...', attributes: {}},
  // Attributes by path.
  'key-with-dot': {message: 'm', attributes: {'user.name': 'ann', user: {id: 7}}},
  nested: {message: 'm', attributes: {user: {name: 'ann', roles: ['admin', 'ops']}}},
  'both-paths': {message: 'm', attributes: {'x.y': 1, x: {y: 2}}},
  'dot-late': {message: 'm', attributes: {a: {'b.c': {d: 1}}}},
  'dot-early': {message: 'm', attributes: {'a.b': {c: {d: 2}}}},
  'objects-in-array': {
    message: 'm',
    attributes: {items: [{sku: 'A1', qty: 2}, {sku: 'B2', qty: '3'}, {deeper: [{sku: 'C3'}]}]},
  },
  'mixed-array': {message: 'm', attributes: {tags: ['x', 1, true, null, ['nested', {deep: 'y'}]]}},
  'odd-keys': {message: 'm', attributes: {'': 'none', '.': 'dot', 'a.': 'trail', '.a': 'lead', 'a..b': 'two'}},
  'proto-keys': {message: 'm', attributes: PROTO},
  deep: {message: 'm', attributes: nest(30)},
  'own-names': {
    message: 'outer',
    service: 'outer',
    level: 'INFO',
    attributes: {service: 'inner', level: 'loud', message: 'inner'},
  },
  'own-id': {message: 'm', attributes: {id: 17}},
  'own-id-text': {message: 'm', attributes: {id: '17', firstName: 'Ann', lastName: 'Abel'}},
  // Values.
  'status-500': {
    message: 'GET /orders/42 500',
    level: 'ERROR',
    duration_ms: 12.5,
    attributes: {status: 500, http: {method: 'GET', path: '/orders/42'}},
  },
  'status-5e2': {message: 'm', attributes: {status: '5e2'}},
  'status-404': {message: 'm', attributes: {status: 404, http: {method: 'get', path: '/orders'}}},
  'status-text': {message: 'm', attributes: {status: 'ok'}},
  'status-402.0': {message: 'm', attributes: {status: '402.0'}},
  booleans: {message: 'm', attributes: {yes: true, no: false, text: 'true', caps: 'TRUE'}},
  empties: {
    message: 'm',
    attributes: {gone: null, empty: '', list: [], object: {}, hollow: {inner: null}, full: {inner: 0}, nulls: [null]},
  },
  'big-odd': {message: 'm', attributes: {big: '9007199254740993'}},
  'big-even': {message: 'm', attributes: {big: '9007199254740992'}},
  'big-safe': {message: 'm', attributes: {big: 9007199254740991}},
  'big-longer': {message: 'm', attributes: {big: '123456789012345678901234567890'}},
  floats: {
    message: 'm',
    attributes: {tenth: 0.1, huge: 1e21, tiny: 1e-7, third: 1 / 3, minus: -5, zero: 0, least: 5e-324},
  },
  'number-texts': {
    message: 'm',
    attributes: {
      one: '1.0',
      lead: '01',
      plus: '+1',
      blank: ' 1',
      over: '1e400',
      hex: '0x10',
      word: 'Infinity',
      minus: '-0',
      zero: '0',
    },
  },
  units: {message: 'took 12ms', attributes: {took: '12ms', version: '1.2.3', date: '2026-11-20', minus: '-5'}},
  'case-lower': {message: 'm', attributes: {name: 'david'}},
  'case-upper': {message: 'm', attributes: {name: 'David', Name: 'David'}},
  wild: {
    message: 'm',
    attributes: {
      path: '/api/v1/orders',
      star: 'a*b',
      question: 'a?b',
      back: 'C:\\temp',
      quote: 'say "hi"',
      single: "it's",
    },
  },
  'letter-z': {message: 'm', attributes: {letter: 'z'}},
  'letter-Z': {message: 'm', attributes: {letter: 'Z'}},
  'letter-late': {message: 'm', attributes: {letter: '\uffee'}},
  'letter-later': {message: 'm', attributes: {letter: '😀'}},
  'letter-empty': {message: 'm', attributes: {letter: ''}},
  'long-512': {message: 'm', trace_id: 'z'.repeat(512), attributes: {long: 'x'.repeat(512)}},
  'long-513': {message: 'm', trace_id: 'z'.repeat(513), attributes: {long: 'x'.repeat(513)}},
  'long-pairs': {message: 'm', attributes: {long: '🎉'.repeat(256)}},
  'longer-pairs': {message: 'm', attributes: {long: '🎉'.repeat(257)}},
  'long-word': {message: `${'w'.repeat(1_030)} end`, attributes: {}},
  // The record's own fields.
  ids: {
    message: 'm',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
    parent_span_id: '00f067aa0ba902b8',
    correlation_id: '1e3',
    request_id: 'Req-1',
    event: 'payment_failed',
  },
  'ids-upper': {
    message: 'm',
    trace_id: '4BF92F3577B34DA6A3CE929D0E0E4736',
    correlation_id: '1000',
    request_id: 'req-1',
  },
  error: {
    message: 'm',
    error: {
      name: 'TypeError',
      message: 'it broke',
      stack: 'TypeError: it broke\n    at x (y.js:1:2)',
      causes: [{name: 'TimeoutError', message: 'too late'}, {message: 'only a message'}],
    },
  },
  'error-name': {message: 'm', error: {name: 'RangeError'}, attributes: {error: {code: 'E1'}}},
  source: {
    message: 'm',
    raw: '{"msg":"m"}',
    timestamp_source: 'arrival',
    source: {
      file: '/var/log/app.log',
      line: 42,
      format: 'json',
      topic: 'logs',
      partition: 3,
      kafka_offset: 123_456_789_012,
    },
  },
  'duration-0': {message: 'm', duration_ms: 0, severity_number: 9, level: 'INFO'},
  'duration-high': {message: 'm', duration_ms: 1e15 + 0.5, severity_number: 18, level: 'ERROR'},
  'empty-names': {message: 'm', service: '', host: '', trace_id: ''},
  places: {message: 'm', service: 'orders', host: 'WEB-1', environment: 'Production'},
  'places-lower': {message: 'm', service: 'orders-api', host: 'web-10', environment: 'production'},
  'time-ns': {
    message: 'm',
    '@timestamp': '2026-11-20T10:00:00.000000001Z',
    observed_timestamp: '2026-11-20T10:00:09.500Z',
  },
  'time-micro': {message: 'm', '@timestamp': '2026-11-20T10:00:00.000000Z'},
  'time-before': {message: 'm', '@timestamp': '2026-11-20T09:59:59.999999999Z'},
  'time-old': {message: 'm', '@timestamp': '1970-01-01T00:00:00.000Z'},
  fatal: {message: 'm', level: 'FATAL'},
  debug: {message: 'm', level: 'DEBUG'},
  trace: {message: 'm', level: 'TRACE'},
}

/** Names of the records that tell meanings apart. */
export const CORPUS_NAMES = Object.keys(NAMED)

/** The same about 300 records each time; a named one has its name as its source. */
export function queryCorpus(): StoreItem[] {
  const named = Object.entries(NAMED).map(([name, given]) => makeItem(name, 0, given as Partial<LogRecord>))
  return [...named, ...madeUp(220)]
}

/** The name of a record of the corpus; `undefined` for those made up around. */
export function nameOf(record: LogRecord): string | undefined {
  return Object.hasOwn(NAMED, record.source.id) ? record.source.id : undefined
}

function madeUp(count: number): StoreItem[] {
  const random = seededRandom(23)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const maybe = <T>(chance: number, value: () => T): T | undefined => (random() < chance ? value() : undefined)
  const value = (): unknown =>
    pick<() => unknown>([
      () => Math.floor(random() * 600),
      () => String(Math.floor(random() * 600)),
      () => Math.round(random() * 1e6) / 1e3,
      () => pick(['eu', 'us', 'EU', 'eu-west', 'a*b', '', 'ok', '1e2', 'true', '日本', 'x y']),
      () => random() < 0.5,
      () => null,
      () => [pick(['eu', 'us']), Math.floor(random() * 5)],
      () => ({code: Math.floor(random() * 9), name: pick(['ann', 'bob'])}),
    ])()
  return Array.from({length: count}, (_, i) => {
    const level = maybe(0.8, () => pick(LEVELS))
    const attributes: Record<string, unknown> = {}
    for (const key of ['status', 'region', 'user', 'a.b', 'list', 'größe'])
      if (random() < 0.35) attributes[key] = value()
    const given: Given = {
      '@timestamp': `2026-11-20T1${Math.floor(random() * 3)}:00:0${Math.floor(random() * 10)}.${pick(['000', '500000', '000000001'])}Z`,
      message: MESSAGES[i % MESSAGES.length] as string,
      attributes,
    }
    const set = <K extends keyof LogRecord>(name: K, value: LogRecord[K] | undefined) => {
      if (value !== undefined) Object.assign(given, {[name]: value})
    }
    set('level', level)
    set(
      'service',
      maybe(0.7, () => pick(['payment', 'Payment', 'orders', 'auth', 'Über-Dienst'])),
    )
    set(
      'host',
      maybe(0.6, () => pick(['web-1', 'WEB-1', 'web-2', 'db.example.com'])),
    )
    set(
      'environment',
      maybe(0.4, () => pick(['production', 'staging'])),
    )
    set(
      'trace_id',
      maybe(0.4, () => pick(['4bf92f3577b34da6a3ce929d0e0e4736', '4bf92f3577b34da6a3ce929d0e0e4737', 'a%b_c'])),
    )
    set(
      'request_id',
      maybe(0.3, () => pick(['req-1', 'req-2', 'req-20'])),
    )
    set(
      'event',
      maybe(0.3, () => pick(['payment_failed', 'payment_made'])),
    )
    set(
      'duration_ms',
      maybe(0.4, () => Math.round(random() * 1e5) / 100),
    )
    set(
      'error',
      maybe(0.15, () => ({name: pick(['TypeError', 'RangeError']), message: pick(['it broke', 'too late'])})),
    )
    return makeItem(`made-up-${i % 3}`, i * 100, given as Partial<LogRecord>)
  })
}

function nest(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {end: 'bottom'}
  for (let i = 0; i < depth; i++) value = {d: value}
  return value
}
