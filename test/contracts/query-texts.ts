// More queries for the conformance suite: of each form many, and random combinations. What they must find is what
// matches() says; query-expectations.ts holds the ones whose answers are written down.

import {tokenize} from '../../src/lib/query/tokenize.js'
import {seededRandom} from '../support/random.js'
import {MESSAGES} from './store-records.js'

const r = String.raw

/** At least 500 with those of query-expectations.ts; the same each time. */
export function conformanceQueries(): string[] {
  return [...byHand(), ...fromMessages(), ...randomQueries(70)]
}

function byHand(): string[] {
  return [
    '*',
    '',
    '*:*',
    'NOT *',
    // Words.
    'and_then',
    '"and"',
    'naïve',
    'naive',
    '"naïve café"',
    'ΣΊΣΥΦΟΣ',
    'σίσυφος',
    'İstanbul',
    'istanbul',
    'viii',
    'mir',
    'мир',
    'привет МИР',
    '日本語',
    '支付失败',
    'x'.repeat(1_024),
    `${'w'.repeat(1_030)}`,
    `"${'w'.repeat(1_030)} end"`,
    `${'w'.repeat(900)}*`,
    '_done',
    '__proto__',
    '100',
    '*_',
    '*o*o*',
    '????',
    '?*?*?',
    'ﬁ*',
    '*é',
    'ü*',
    '*语*',
    '"10 0 0 7"',
    // Regular expressions in the text.
    '/./',
    '/^.*$/',
    r`/\n/`,
    r`/\t/`,
    r`/[^\x00-\x7f]/`,
    r`/^[\x00-\x7f]*$/`,
    r`/\u0000/`,
    r`/\x{1F389}/`,
    '/[🎉-🎊]/',
    '/[À-ÿ]/',
    '/[à-ö]/i',
    '/é|ü/',
    r`/\bdone\b/i`,
    r`/\d{2,3}/`,
    r`/(\d+\.){3}\d+/`,
    '/(a|b)*c?$/',
    '/(?:card|order)s? /i',
    r`/\s\s/`,
    r`/\S{20,}/`,
    r`/\W{4}/`,
    r`/^\w+$/`,
    '/x{500}/',
    '/.{25}/',
    r`/\S{20,}|é.{21}/`,
    '/[^a-z ]$/',
    '/a{0}b{0,}z*/',
    '/σ/i',
    '/İ/i',
    '/ſ/i',
    '/%|_/',
    "/'/",
    '/"/',
    r`/\\/`,
    r`/\//`,
    r`/[\]\-^]/`,
    r`/^line two$/`,
    'NOT /e/',
    '/e/ /a/ -/i/',
    // Levels.
    'level:*',
    'NOT level:*',
    'level:d*',
    'level<=debug',
    'level>info',
    'level:(info OR >=error)',
    '-level:info',
    // Attributes that many have.
    'status:*',
    'NOT status:*',
    'status:200',
    'status:"200"',
    'status:>300',
    'status:<=300',
    'status:[100 TO 200]',
    'status:{100 TO 200}',
    'status:>=1e2',
    'status:eu',
    'status:e*',
    'status:*',
    'status:true',
    'status:(true OR false)',
    'status:/^[0-9.]+$/',
    'status:>e',
    'status:<=e',
    'status:1e2',
    'status:100',
    'status.code:*',
    'status.code:>3',
    'status.code:(1 2 3)',
    'status.name:ann',
    'status.*:ann',
    'status.na*:(ann OR bob)',
    'region:eu',
    'region:EU',
    'region:(eu us)',
    'region:(eu AND 3)',
    'region:e*',
    'region:*u*',
    'region:??',
    'region:""',
    'region:[eu TO eu-west]',
    'region:{eu TO us}',
    'region:>eu',
    r`region:a\*b`,
    'region:a*b',
    'region:"a*b"',
    'region:日本',
    'region:"x y"',
    r`region:x\ y`,
    'region:/^(eu|us)$/',
    'region:/EU/i',
    'region:/^$/',
    'user:*',
    'user.code:5',
    'user.code:<5',
    'a.b:*',
    'a.b.code:*',
    'a.b:>10',
    'list:*',
    'list:eu',
    'list:(eu AND 1)',
    'größe:*',
    'größe:>100',
    'gr*:>100',
    'attributes.größe:true',
    'nosuchfield:x',
    'nosuchfield:*',
    'NOT nosuchfield:x',
    'nosuch.field:>5',
    "status:\"1' OR '1'='1\"",
    r`status:"%"`,
    'status:%*',
    'status:_',
    r`status:\\`,
    '*:eu',
    '*:5',
    '*:true',
    '*:/^eu$/',
    '*:>590',
    '*s:eu',
    '?tatus:*',
    '*.code:7',
    'NOT *:*eu*',
    '*:"x y"',
    // The record's own fields.
    'service:PAYMENT',
    'service:"über-dienst"',
    'service:Ü*',
    'service:*-dienst',
    'service:/^P/',
    'service:/^p/i',
    'service:>m',
    'service:[a TO p]',
    'service:*',
    'NOT service:*',
    'host:*-1',
    'host:WEB*',
    'host:?eb-?',
    'host:*.example.*',
    'environment:(production OR staging)',
    'trace_id:*',
    'trace_id:a%*',
    'trace_id:a%b_c',
    'trace_id:"A%B_C"',
    'trace_id:4bf92f3577b34da6a3ce929d0e0e473?',
    'request_id:req-2*',
    'request_id:(req-1 req-2)',
    'request_id:{req-1 TO req-20]',
    'event:payment_*',
    'event:payment_made OR event:payment_failed',
    'span_id:* OR parent_span_id:*',
    'id:*',
    'id:made-up-1*',
    'id:declined-0-*',
    'duration_ms:*',
    'duration_ms:>500',
    'duration_ms:[100 TO 500}',
    'duration_ms:1*',
    r`duration_ms:/\.5$/`,
    'severity_number:*',
    'error.name:(TypeError OR RangeError)',
    'error.name:Type*',
    'error.message:/broke/',
    'error.message:"too late"',
    'error.stack:*',
    'error.causes.name:*',
    'error.causes.message:*a*',
    'source.id:made-up-2',
    'source.offset:0',
    'source.offset:>=10000',
    'source.line:*',
    'source.topic:logs',
    'source.file:*.log',
    'source.format:(json OR plain)',
    'message:*',
    'message:="card declined"',
    'raw:*m*',
    '*_id:4bf9*',
    'error.*:TypeError',
    '*host*:web-1',
    // Times.
    '@timestamp:*',
    '@timestamp:>=2026-11-20T11:00:00Z',
    '@timestamp:[2026-11-20T10:00:05Z TO 2026-11-20T11:00:05.5Z}',
    '@timestamp:>2026-11-20T10:00:01.000000001Z',
    '@timestamp:>=2026-11-20T10:00:01.000000001Z',
    '@timestamp:2026-11-20T10:00:01.5Z',
    '@timestamp:>1h',
    '@timestamp:{"2026-11-20 10:00:00" TO 2026-11-20T12:00:00+01:00]',
    'observed_timestamp:<=2026-11-20T10:00:01Z',
    'NOT observed_timestamp:>2026-11-20T10:00:01Z',
    // Combinations.
    'level:error service:payment "card declined" status:>=400 -debug (region:eu OR region:us)',
    '(status:>300 OR region:eu) AND NOT (level:info OR service:auth)',
    'NOT (NOT status:* AND NOT region:*)',
    'status:(>=100 AND <300) OR status:(eu us)',
    'region:(NOT eu) status:*',
    'a OR b OR c OR the',
    'level:info OR NOT level:*',
    Array.from({length: 200}, (_, i) => `status:${i * 3}`).join(' OR '),
    Array.from({length: 100}, (_, i) => `-status:${i * 3}`).join(' '),
    `request_id:(${Array.from({length: 50}, (_, i) => `req-${i}`).join(' ')})`,
    `${'('.repeat(30)}declined${')'.repeat(30)}`,
    `${'NOT ('.repeat(20)}declined${')'.repeat(20)}`,
    `${'NOT (a OR '.repeat(20)}declined${')'.repeat(20)}`,
  ]
}

/** Of each message a phrase or a word's beginning, and some of its text as a regular expression. */
function fromMessages(): string[] {
  return MESSAGES.flatMap((message, i) => {
    const words = tokenize(message)
    const word = words.at(-1)
    if (word === undefined) return []
    const middle = message.slice(Math.floor(message.length / 3), Math.floor(message.length / 3) + 12).trim()
    const escaped = middle.replace(
      /[^\p{L}\p{N}_ ]/gu,
      (char) => `\\x{${(char.codePointAt(0) as number).toString(16)}}`,
    )
    return [
      i % 2 === 0 ? `"${words.slice(0, 3).join(' ')}"` : `${[...word].slice(0, 2).join('')}*`,
      ...(escaped === '' ? [] : [i % 3 === 0 ? `/${escaped}$/i` : `/${escaped}/`]),
    ]
  })
}

const FIELDS = [
  'status',
  'region',
  'user',
  'a.b',
  'list',
  'größe',
  'service',
  'host',
  'event',
  'duration_ms',
  'user.code',
]
const VALUES = [
  'eu',
  'us',
  'ok',
  '200',
  '404',
  '"200"',
  '3',
  'true',
  'ann',
  'payment',
  'web-1',
  'e*',
  '*u*',
  '""',
  '1e2',
]
const RANGES = ['>=100', '>300', '<50.5', '<=0', '[1 TO 5]', '{100 TO 400}', '[* TO 250]']

function randomQueries(count: number): string[] {
  const random = seededRandom(41)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const leaf = (): string => {
    const roll = random()
    if (roll < 0.2) {
      const words = tokenize(pick(MESSAGES)).filter((word) => word.length < 50 && !/^(and|or|not)$/.test(word))
      if (words.length === 0) return 'card'
      const at = Math.floor(random() * words.length)
      return random() < 0.5 ? `"${words.slice(at, at + 2).join(' ')}"` : (words[at] as string)
    }
    if (roll < 0.3) return `level${pick(['>=', '<', ':'])}${pick(['info', 'warn', 'error'])}`
    const field = pick(FIELDS)
    if (field === 'duration_ms') return `${field}:${pick(RANGES)}`
    if (roll < 0.5) return `${field}:${pick(RANGES)}`
    if (roll < 0.6) return `${field}:*`
    if (roll < 0.7) return `${field}:(${pick(VALUES)} ${pick(['OR', 'AND', ''])} ${pick(VALUES)})`
    return `${field}:${pick(VALUES)}`
  }
  const query = (depth: number): string => {
    const roll = random()
    if (depth === 0 || roll < 0.25) return leaf()
    if (roll < 0.45) return `${pick(['NOT ', '-', '!'])}(${query(depth - 1)})`
    const parts = Array.from({length: 2 + Math.floor(random() * 2)}, () => query(depth - 1))
    return `(${parts.join(pick([' ', ' AND ', ' OR ', ' OR ']))})`
  }
  return Array.from({length: count}, () => query(2))
}
