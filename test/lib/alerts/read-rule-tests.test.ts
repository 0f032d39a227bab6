import {expect, test} from 'vitest'
import {readRuleTests} from '../../../src/lib/alerts/read-rule-tests.js'
import {nearMatch} from '../../../src/lib/config/near-match.js'

const read = (text: string) => readRuleTests('r.test.yaml', text, nearMatch)

test('a file with everything in it', async () => {
  const text = `
rules: [a.yaml, b.yaml]
tests:
  - name: all
    start: 2026-03-01T00:00:00+01:00
    until: 2h
    records:
      - {at: -10m, message: early}
      - {at: 0s, count: 3, every: 1s, level: ERROR, message: 'no {n}', fields: {count: 7}}
      - {at: 5m, until: 6m, every: 7s, line: 'ERROR x', service: shop}
    silences:
      - {until: 1h, matchers: {service: mail, attempt: 3}}
    expect:
      - {at: 1h30m, rule: A, group: {service: mail, host: null}, state: pending, value: 0.5}
      - {at: 5m, state: open, groups: 2}
    notices:
      - {at: 5m, rule: A, opened: 2, resolved: 0}
`
  expect(await read(text)).toEqual({
    rules: ['a.yaml', 'b.yaml'],
    tests: [
      {
        name: 'all',
        start: Date.parse('2026-02-28T23:00:00Z'),
        until: 7_200_000,
        records: [
          {at: -600_000, count: 1, every: 0, fields: {message: 'early'}},
          {at: 0, count: 3, every: 1_000, fields: {level: 'ERROR', message: 'no {n}', count: 7}},
          {at: 300_000, count: 9, every: 7_000, line: 'ERROR x', fields: {service: 'shop'}},
        ],
        silences: [{from: 0, until: 3_600_000, matchers: {service: 'mail', attempt: '3'}}],
        expect: [
          {
            at: 5_400_000,
            atText: '1h30m',
            rule: 'A',
            group: {service: 'mail', host: null},
            state: 'pending',
            value: 0.5,
            where: 'r.test.yaml:14:9',
          },
          {at: 300_000, atText: '5m', state: 'open', groups: 2, where: 'r.test.yaml:15:9'},
        ],
        notices: [{at: 300_000, atText: '5m', rule: 'A', opened: 2, resolved: 0, where: 'r.test.yaml:17:9'}],
        where: 'r.test.yaml:4:5',
      },
    ],
  })
})

test('a test ends with the last moment that something is expected of, and begins with the year', async () => {
  const {tests} = await read('{rules: [a.yaml], tests: [{expect: [{at: 3m, state: open}, {at: 1m, state: open}]}]}')
  expect(tests[0]).toMatchObject({name: 'test 1', start: Date.UTC(2026, 0, 1), until: 180_000, records: []})
})

const one = (test: string) => `rules: [a.yaml]\ntests:\n  - ${test}\n`
const expecting = (more: string) => one(`{expect: [{at: 1m, state: open}], ${more}}`)

test.each([
  ['nothing', '', 'r.test.yaml:1:1: a file of tests has `rules:` and `tests:`'],
  ['broken YAML', 'rules: [a', 'r.test.yaml:1:'],
  ['no rules', 'tests: []', 'rules is missing: a list'],
  ['no tests', 'rules: [a.yaml]\ntests: []', 'r.test.yaml:2:8: there is no test in it'],
  ['a key nobody knows', one('{expects: []}'), 'unknown key expects'],
  ['a test of nothing', one('{expect: []}'), 'nothing is expected of this test'],
  [
    'a state of another tool',
    one('{expect: [{at: 1m, state: firing}]}'),
    'state must be one of inactive, pending, open, not "firing"',
  ],
  ['a state that is missing', one('{expect: [{at: 1m}]}'), 'state must be one of inactive, pending, open, not nothing'],
  [
    'a time without a unit',
    one('{expect: [{at: 10, state: open}]}'),
    'at must be a duration such as 30s, 5m or 1h, not 10',
  ],
  ['a time before the start', one('{expect: [{at: -1m, state: open}]}'), 'at must be a duration'],
  ['an end before what is expected', expecting('until: 30s'), 'until is before the last moment'],
  ['a start in no zone', expecting("start: '2026-01-01T00:00:00'"), 'start must be a time'],
  [
    'a value that is no number',
    one('{expect: [{at: 1m, state: open, value: many}]}'),
    'value must be a number, not "many"',
  ],
  [
    'one group and many',
    one('{expect: [{at: 1m, state: open, groups: 2, group: {a: b}}]}'),
    'give group or groups, not both',
  ],
  ['a count that is no number', expecting('records: [{at: 0s, count: some}]'), 'count must be a whole number'],
  ['an end of records without a distance', expecting('records: [{at: 0s, until: 5m}]'), 'until needs every'],
  [
    'an end and a count',
    expecting('records: [{at: 0s, until: 5m, every: 1s, count: 3}]'),
    'give until or count, not both',
  ],
  ['an end before the begin', expecting('records: [{at: 6m, until: 5m, every: 1s}]'), 'until must be after at'],
  [
    'a time of its own',
    expecting("records: [{at: 0s, timestamp: '2026-01-01T00:00:00Z'}]"),
    'the time of a record is `at`',
  ],
  ['too many records', expecting('records: [{at: 0s, count: 500001}]'), 'more than 500000 records'],
  ['a silence without an end', expecting('silences: [{matchers: {}}]'), 'until must be a duration'],
  ['a silence that is none', expecting('silences: [{from: 5m, until: 5m, matchers: {}}]'), 'until must be after from'],
  [
    'aliases that swell',
    'a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\nrules: [*d]',
    'r.test.yaml:1:1',
  ],
])('refuses %s', async (_, text, message) => {
  await expect(read(text)).rejects.toThrow(message)
  await expect(read(text)).rejects.toMatchObject({code: 'BAD_RULE'})
})

test('says what was meant', async () => {
  await expect(read(one('{expects: []}'))).rejects.toMatchObject({suggestions: ['Did you mean expect?']})
  await expect(read(one('{expect: [{at: 1m, state: firing}]}'))).rejects.toMatchObject({
    suggestions: ['Did you mean open?'],
  })
})
