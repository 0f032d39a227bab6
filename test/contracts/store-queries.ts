// Query trees for the store contract: each kind with its edges, and random combinations of them.

import {type QueryNode, STRING_FIELDS, type StringField} from '../../src/lib/query/query.js'
import {tokenize} from '../../src/lib/query/tokenize.js'
import {LEVELS} from '../../src/lib/record/level.js'
import {seededRandom} from '../support/random.js'
import {MESSAGES} from './store-records.js'

const words = (text: string): QueryNode => ({kind: 'phrase', words: tokenize(text)})
const equals = (field: StringField, value: string): QueryNode => ({
  kind: 'field',
  field: {in: 'record', name: field},
  test: {kind: 'equals', value, quoted: true},
})
const prefix = (field: StringField, value: string): QueryNode => ({
  kind: 'field',
  field: {in: 'record', name: field},
  test: {kind: 'like', pattern: [value, {any: 'many'}]},
})
const not = (node: QueryNode): QueryNode => ({kind: 'not', node})
const and = (...nodes: QueryNode[]): QueryNode => ({kind: 'and', nodes})
const or = (...nodes: QueryNode[]): QueryNode => ({kind: 'or', nodes})

const LONG = tokenize('x'.repeat(1_024))[0] as string

/** Trees by name. Every one of the first kind is asked of the corpus of store-records.ts. */
export function contractQueries(): Array<[string, QueryNode]> {
  return [
    ['all', {kind: 'all'}],
    ['no condition at all', and()],
    ['none of nothing', or()],
    ...[
      'declined',
      'card declined',
      'declined card',
      'timeout',
      'no timeout_here',
      'insufficient_funds',
      'insufficient',
      '1.2.3',
      '10.0.0.7:5432',
      'v1/orders/42',
      'über',
      'uber',
      'ÜBER ALLES',
      'ﬁle',
      'file',
      'full width',
      'ｆｕｌｌ １２３',
      'İstanbul',
      'i',
      'σίσυφοσ',
      'ΣΊΣΥΦΟΣ',
      'straße',
      'strasse',
      '日本語',
      '日本',
      'café',
      'cafe',
      'naïve cafe\u0301',
      'emoji party',
      '31mred alert',
      'nul byte',
      'say hello it s back slash',
      'drop table',
      'a b c d e 2',
      'viii',
      '2 squared 1',
      'привет мир',
      'مرحبا',
      '100 done',
      '_done',
      '_like_',
      'line three',
      'two tabbed',
      'nowhere',
      'and',
      'or not',
      `${'x'.repeat(1_024)}`,
      `${'x'.repeat(1_024)} of a`,
      `${'x'.repeat(1_030)}`,
      `${'x'.repeat(1_000)}`,
      `${'y'.repeat(1_023)} just`,
      `${'é'.repeat(1_030)} long`,
    ].map((text): [string, QueryNode] => [`words: ${text.slice(0, 30)}`, words(text)]),
    ['a word that no text is cut into', {kind: 'phrase', words: ['Declined']}],
    ['a pattern is no word', {kind: 'phrase', words: ['dec.*']}],
    ['a word with a gap', {kind: 'phrase', words: ['card declined']}],
    ['a cut word, then another', {kind: 'phrase', words: ['of', LONG]}],
    ['service, other case', equals('service', 'PAYment')],
    ['service, not ASCII', equals('service', 'ÜBER-DIENST')],
    ['service, absent value', equals('service', 'nothing')],
    ['service, half a value', equals('service', 'order')],
    ['host, other case', equals('host', 'Web-1')],
    ['environment', equals('environment', 'PRODUCTION')],
    ['trace id', equals('trace_id', '4bf92f3577b34da6a3ce929d0e0e4736')],
    ['trace id, upper case', equals('trace_id', '4BF92F3577B34DA6A3CE929D0E0E4736')],
    ['trace id, wild', equals('trace_id', 'a%b_c')],
    ['trace id, quoted', equals('trace_id', "it's -- quoted")],
    ['trace id, backslash', equals('trace_id', 'back\\slash')],
    ['trace id, not ASCII', equals('trace_id', 'spur-ä-1')],
    ['trace id, as long as can be', equals('trace_id', 'z'.repeat(512))],
    ['trace id, too long', equals('trace_id', 'z'.repeat(513))],
    ['trace id, injected', equals('trace_id', "x' or '1'='1")],
    ['trace id, empty', equals('trace_id', '')],
    ['span id', equals('span_id', '00f067aa0ba902b7')],
    ['span id, other case', equals('span_id', 'span')],
    ['parent span', equals('parent_span_id', '00f067aa0ba902b7')],
    ['correlation id', equals('correlation_id', 'order-1')],
    ['request id', equals('request_id', 'req-2')],
    ['event', equals('event', 'payment_failed')],
    ['event, other case', equals('event', 'Payment_Failed')],
    ['prefix of a service, other case', prefix('service', 'PAY')],
    ['prefix of a service, not ASCII', prefix('service', 'über')],
    ['prefix of a host', prefix('host', 'web-1')],
    ['prefix of a trace', prefix('trace_id', '4bf92f3577')],
    ['prefix of a trace, upper', prefix('trace_id', '4BF')],
    ['prefix, wild', prefix('trace_id', 'a%')],
    ['prefix, one wild', prefix('trace_id', 'a_')],
    ['prefix, backslash', prefix('trace_id', 'back\\')],
    ['prefix of long values', prefix('trace_id', 'zz')],
    ['prefix of everything', prefix('trace_id', '')],
    ['prefix of a request', prefix('request_id', 'req-2')],
    ['prefix of a correlation', prefix('correlation_id', 'order-1')],
    ['one level', {kind: 'level', levels: ['ERROR']}],
    ['levels', {kind: 'level', levels: ['WARN', 'ERROR', 'FATAL']}],
    ['any level', {kind: 'level', levels: [...LEVELS]}],
    ['no level', not({kind: 'level', levels: [...LEVELS]})],
    ['level of none', {kind: 'level', levels: []}],
    ['not over a missing field', not(equals('service', 'payment'))],
    ['not over a missing id', not(equals('trace_id', 'nothing'))],
    ['not a prefix', not(prefix('trace_id', ''))],
    ['not a word', not(words('declined'))],
    ['not not', not(not(equals('request_id', 'req-1')))],
    ['not all', not({kind: 'all'})],
    ['not of and', not(and(equals('service', 'payment'), {kind: 'level', levels: ['ERROR']}))],
    ['not of or', not(or(equals('service', 'payment'), equals('correlation_id', 'order-1')))],
    ['and not', and(words('declined'), not(equals('service', 'payment')))],
    ['and of an or', and(or(words('card'), words('timeout')), {kind: 'level', levels: ['ERROR', 'INFO']})],
    [
      'a trace under any id',
      or(
        ...(['trace_id', 'correlation_id', 'request_id'] as const).map((field) =>
          equals(field, '4bf92f3577b34da6a3ce929d0e0e4736'),
        ),
      ),
    ],
    ['a trace or nothing', or(equals('trace_id', 'nothing'), not(equals('request_id', 'req-1')))],
    ['twenty in a row', or(...Array.from({length: 20}, (_, i) => equals('request_id', `req-${i}`)))],
    ...randomQueries(40),
  ]
}

function randomQueries(count: number): Array<[string, QueryNode]> {
  const random = seededRandom(11)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const values = [
    'payment',
    'WEB-1',
    'production',
    'payment_failed',
    '4bf92f3577b34da6a3ce929d0e0e4736',
    '00f067aa0ba902b7',
    'order-1',
    'req-2',
    'a_',
  ]
  const leaf = (): QueryNode => {
    const kind = Math.floor(random() * 4)
    if (kind === 0) {
      const found = tokenize(pick(MESSAGES))
      const at = Math.floor(random() * found.length)
      return found.length
        ? {kind: 'phrase', words: found.slice(at, at + 1 + Math.floor(random() * 3))}
        : words('request')
    }
    if (kind === 1) return equals(pick(STRING_FIELDS), pick(values))
    if (kind === 2) return prefix(pick(STRING_FIELDS), pick(values).slice(0, 4))
    return {kind: 'level', levels: LEVELS.filter(() => random() < 0.5)}
  }
  const tree = (depth: number): QueryNode => {
    const roll = random()
    if (depth === 0 || roll < 0.3) return leaf()
    if (roll < 0.5) return not(tree(depth - 1))
    const nodes = Array.from({length: 1 + Math.floor(random() * 3)}, () => tree(depth - 1))
    return roll < 0.75 ? and(...nodes) : or(...nodes)
  }
  return Array.from({length: count}, (_, i) => [`random tree ${i}`, tree(3)])
}
