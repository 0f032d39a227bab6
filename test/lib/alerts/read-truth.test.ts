import {expect, test} from 'vitest'
import {readTruth} from '../../../src/lib/alerts/read-truth.js'

const DECLINES =
  '{"kind":"incident","begin":"2026-01-01T10:00:00Z","end":"2026-01-01T10:20:00Z","services":["payment"],"affected_services":["orders"],"scenario":"error-spike"}'
const SPAN = '{"trace_id":"4bf9","span_id":"00f0","parent_span_id":null,"service":"gateway","host":"a"}'

test('lines of incidents among lines of spans, in the order of time', () => {
  const later = '{"begin":"2026-01-01T09:00:00+00:30","end":"2026-01-01T09:10:00.5+00:30","name":"slow"}'
  expect(readTruth('t.jsonl', `${SPAN}\n${DECLINES}\n\n${SPAN}\n${later}\n`)).toEqual([
    {name: 'slow', begin: Date.parse('2026-01-01T08:30:00Z'), end: Date.parse('2026-01-01T08:40:00.500Z')},
    {
      name: 'error-spike',
      scenario: 'error-spike',
      begin: Date.parse('2026-01-01T10:00:00Z'),
      end: Date.parse('2026-01-01T10:20:00Z'),
      services: ['payment'],
      affected: ['orders'],
    },
  ])
})

test.each([
  ['one incident', DECLINES],
  ['one over several lines', JSON.stringify(JSON.parse(DECLINES), null, 2)],
  ['a list', `[${DECLINES}]`],
  ['a list under incidents', `{"incidents": [${DECLINES}]}`],
])('JSON: %s', (_, text) => {
  expect(readTruth('t.json', text)).toHaveLength(1)
})

test.each([
  ['no incident at all', SPAN, 't.jsonl has no incident in it'],
  ['no JSON', `${DECLINES}\nnonsense`, 't.jsonl:2: no JSON'],
  ['no object', `${DECLINES}\n3`, 't.jsonl:2: an object was expected'],
  [
    'a time without a zone',
    '{"begin":"2026-01-01T10:00:00","end":"2026-01-01T10:20:00Z"}',
    'begin must be a time such as',
  ],
  ['an incident without an end', '{"kind":"incident","begin":"2026-01-01T10:00:00Z"}', 'end must be a time such as'],
  ['an end before the begin', '{"begin":"2026-01-01T10:00:00Z","end":"2026-01-01T09:00:00Z"}', 'end is before begin'],
  [
    'services that are no list',
    '{"begin":"2026-01-01T10:00:00Z","end":"2026-01-01T11:00:00Z","services":"a"}',
    'services must be a list',
  ],
])('refuses %s', (_, text, message) => {
  expect(() => readTruth('t.jsonl', text)).toThrow(message)
})
