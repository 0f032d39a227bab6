import {expect, test} from 'vitest'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import {describeCondition, formatMeasured, recordsQuery} from '../../../src/lib/alerts/describe-rule.js'
import {groupKey} from '../../../src/lib/alerts/rule.js'
import {matches} from '../../../src/lib/query/matches.js'
import {parseQuery} from '../../../src/lib/query/parse-query.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {makeItem} from '../../contracts/store-records.js'

test.each([
  [{threshold: 100}, 'count > 100 in 5m'],
  [{threshold: 1, condition: 'less_than_or_equal', time_window: 90}, 'count <= 1 in 1h30m'],
  [
    {threshold: 0.05, measure: 'ratio', for: '2m', group_by: ['service', 'host']},
    'ratio > 5% in 5m for 2m by service, host',
  ],
  [{threshold: 0.001, measure: 'ratio'}, 'ratio > 0.1% in 5m'],
  [{measure: 'no_data', time_window: '90s'}, 'no data in 1m30s'],
  [{threshold: 3, measure: 'spike', compare_with: '1h'}, 'count up 3x in 5m compared with the 1h before'],
  [{threshold: 2, measure: 'spike', direction: 'down'}, 'count down to 1/2 in 5m compared with the 5m before'],
  [{threshold: 2, measure: 'spike', direction: 'both'}, 'count up 2x or down to 1/2 in 5m compared with the 5m before'],
  [{measure: 'new_pattern'}, 'records of new patterns > 0 in 5m not seen in the 1d before'],
])('%o is %s', (fields, text) => {
  expect(describeCondition(readRule({name: 'r', ...fields}))).toBe(text)
})

test('what was measured, as people read it', () => {
  const measured = (fields: object, value: number) =>
    formatMeasured(readRule({name: 'r', threshold: 2, ...fields}).measure, value)
  expect(measured({}, 12_345)).toBe('12345')
  expect(measured({measure: 'ratio'}, 1 / 3)).toBe('33.33%')
  expect(measured({measure: 'spike'}, 7 / 3)).toBe('2.333x')
})

const RECORDS: LogRecord[] = [
  {service: 'payment', level: 'ERROR', message: 'card declined'},
  {service: 'Payment', level: 'WARN', message: 'slow'},
  {service: 'cart "x" \\', level: 'ERROR', message: 'timeout'},
  {service: 'a OR b', level: 'FATAL', message: 'down', attributes: {user: {id: 7}, 'odd name': 'x:y'}},
  {level: 'INFO', message: 'card read', attributes: {user: {id: '7'}, 'a-b': true}},
  {service: 'x\ny', message: 'no level', attributes: {'1st': 'NOT'}},
].map((given, i) => makeItem('s', i, given as Partial<LogRecord>).record)

const found = (query: string) =>
  RECORDS.filter((record) => matches(parseQuery(query), record)).map(({message}) => message)

test.each([
  {},
  {query: 'card OR timeout'},
  {query: 'card OR timeout', levels: ['error', 'FATAL']},
  {query: 'card NOT "orders"', services: ['payment']},
  {query: '-card', services: ['payment', 'cart "x" \\']},
  {query: '(card || down)', levels: ['info', 'warn', 'fatal']},
  {query: 'card\nOR down', services: ['a OR b']},
])('its text asks for the records of the rule: %o', (fields) => {
  const rule = readRule({name: 'r', threshold: 1, ...fields})
  const meant = RECORDS.filter((record) => matches(rule.filter, record)).map(({message}) => message)
  expect(found(rule.query)).toEqual(meant)
})

test.each([
  ['service', 'payment', ['card declined', 'slow']],
  ['service', 'cart "x" \\', ['timeout']],
  ['service', 'a OR b', ['down']],
  ['service', 'x\ny', ['no level']],
  ['service', null, ['card read']],
  ['level', 'ERROR', ['card declined', 'timeout']],
  ['level', null, ['no level']],
  ['user.id', '7', ['down', 'card read']],
  ['user.id', null, ['card declined', 'slow', 'timeout', 'no level']],
  ['odd name', 'x:y', ['down']],
  ['a-b', 'true', ['card read']],
  ['1st', 'NOT', ['no level']],
  ['message', 'card read', ['card read']],
])('of the group %s = %j it asks for the records', (name, value, messages) => {
  const rule = readRule({name: 'r', threshold: 1, group_by: [name]})
  expect(found(recordsQuery(rule, groupKey([value])))).toEqual(messages)
})

test('of a group of a rule that asks for either, both are asked', () => {
  const rule = readRule({name: 'r', threshold: 1, query: 'card OR timeout', group_by: ['service', 'level']})
  expect(recordsQuery(rule, groupKey(['payment', 'ERROR']))).toBe('(card OR timeout) service:"payment" level:error')
  expect(found(recordsQuery(rule, groupKey(['payment', 'ERROR'])))).toEqual(['card declined'])
})
