import {describe, expect, test} from 'vitest'
import {parseQuery, QueryError} from '../../../src/lib/query/parse-query.js'
import type {QueryNode} from '../../../src/lib/query/query.js'

const phrase = (...words: string[]): QueryNode => ({kind: 'phrase', words})
const equals = (name: 'service' | 'trace_id', value: string, quoted = false): QueryNode => ({
  kind: 'field',
  field: {in: 'record', name},
  test: {kind: 'equals', value, quoted},
})

const GOOD: Array<[string, QueryNode]> = [
  ['', {kind: 'all'}],
  ['   ', {kind: 'all'}],
  ['Declined', phrase('declined')],
  ['card declined', {kind: 'and', nodes: [phrase('card'), phrase('declined')]}],
  ['card AND declined', {kind: 'and', nodes: [phrase('card'), phrase('declined')]}],
  ['"card declined"', phrase('card', 'declined')],
  ['time-out', phrase('time', 'out')],
  ['Ｆｕｌｌ', phrase('full')],
  ['"say \\"hi\\""', phrase('say', 'hi')],
  ['a OR b c', {kind: 'or', nodes: [phrase('a'), {kind: 'and', nodes: [phrase('b'), phrase('c')]}]}],
  ['(a OR b) c', {kind: 'and', nodes: [{kind: 'or', nodes: [phrase('a'), phrase('b')]}, phrase('c')]}],
  ['NOT debug', {kind: 'not', node: phrase('debug')}],
  ['-debug', {kind: 'not', node: phrase('debug')}],
  ['--debug', phrase('debug')],
  ['or and not', {kind: 'and', nodes: [phrase('or'), phrase('and'), phrase('not')]}],
  ['service:payment', equals('service', 'payment')],
  ['service:"pay ment"', equals('service', 'pay ment', true)],
  ['trace_id:4bf9', equals('trace_id', '4bf9')],
  ['message:"card declined"', phrase('card', 'declined')],
  ['level:warning', {kind: 'level', levels: ['WARN']}],
  ['level>=warn', {kind: 'level', levels: ['WARN', 'ERROR', 'FATAL']}],
  ['level:>=ERROR', {kind: 'level', levels: ['ERROR', 'FATAL']}],
  ['level<debug', {kind: 'level', levels: ['TRACE']}],
  ['12:30:01', phrase('12', '30', '01')],
  ['GET /orders/42', {kind: 'and', nodes: [phrase('get'), phrase('orders', '42')]}],
]

test.each(GOOD)('%s', (text, node) => {
  expect(parseQuery(text)).toEqual(node)
})

/** Query, place of the caret, what is said. */
const BAD: Array<[string, number, string]> = [
  ['level:error AND (service:payment', 16, 'this parenthesis is never closed'],
  ['a)', 1, 'this parenthesis was never opened'],
  ['()', 1, 'a word, a quoted phrase or field:value was expected here'],
  ['"open', 0, 'this quote is never closed'],
  ['a OR', 2, 'OR needs something on its right'],
  ['OR a', 0, 'a word, a quoted phrase or field:value was expected here'],
  ['a AND AND b', 2, 'AND needs something on both sides'],
  ['AND a', 0, 'AND needs something on both sides'],
  ['NOT', 0, 'there is nothing after it to leave out'],
  ['service:', 8, 'a value is missing after "service:"'],
  ['level:loud', 6, '"loud" is no level; use one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL'],
  ['level<trace', 0, 'no level can match this'],
  ['pay*', 3, '"*" is not supported here yet; quote it to search for the text'],
  ['service:pay*', 11, '"*" is not supported in a value yet; quote the value to take it as it is'],
  ['service:/pay/', 8, 'regular expressions are not supported yet'],
  ['status:>=500', 7, '">=" is supported for level only, so far'],
  ['status>=500', 6, '">=" is supported for level only, so far'],
  ['***', 0, '"*" is not supported here yet; quote it to search for the text'],
  ['...', 0, 'there is no word in this: letters, digits and _ are what is searched'],
]

describe('refuses with a caret', () => {
  test.each(BAD)('%s', (text, at, problem) => {
    const error = catchError(() => parseQuery(text))
    expect(error).toBeInstanceOf(QueryError)
    expect((error as QueryError).message).toBe(`the query does not parse\n  ${text}\n  ${' '.repeat(at)}^ ${problem}`)
    expect((error as QueryError).exitCode).toBe(2)
  })
})

test('an attribute is refused, never read as a word', () => {
  expect(() => parseQuery('region:eu')).toThrow('"region" cannot be searched yet')
})

function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
